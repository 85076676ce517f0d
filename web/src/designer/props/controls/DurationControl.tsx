/** A length of time as number and unit; ISO durations and expressions stay as they are written. */
import { Input, InputNumber, Select, Space } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Value } from '../../types'
import type { ControlProps } from '../control'

const units = ['m', 'h', 'd', 'w', 's', 'workdays', 'workhours'] as const
const SHAPE = /^\s*(\d+(?:\.\d+)?)\s*(s|m|h|d|w|workdays?|workhours?)\s*$/

export function DurationInput({ id, value, change, disabled, label }: { id?: string; value: Value; change: (value: Value) => void; disabled?: boolean; label?: string }) {
  const { t } = useTranslation()
  const found = SHAPE.exec(String(value ?? ''))
  if (value && !found) return <Input id={id} aria-label={label} className="mono" value={String(value)} disabled={disabled} onChange={(event) => change(event.target.value || undefined)} />
  const number = found ? Number(found[1]) : null
  const unit = found ? found[2]!.replace(/^(work\w+?)s?$/, '$1s') : 'h'
  const write = (next: number | null, of: string) => change(next === null ? undefined : of.startsWith('work') ? `${next} ${of}` : `${next}${of}`)
  return (
    <Space.Compact block>
      <InputNumber id={id} aria-label={label} min={0} precision={0} value={number} disabled={disabled} onChange={(next) => write(next, unit)} style={{ width: '38%' }} />
      <Select aria-label={t('props.unitLabel')} value={unit} disabled={disabled} options={units.map((one) => ({ value: one, label: t(`props.unit.${one}`) }))} onChange={(of) => write(number ?? 1, of)} style={{ width: '62%' }} />
    </Space.Compact>
  )
}

export function DurationControl({ id, value, change, disabled }: ControlProps) {
  return <DurationInput id={id} value={value} change={change} disabled={disabled} />
}
