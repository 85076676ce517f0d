/** Lengths of time, as ISO 8601 writes them (`P2D`, `PT3H`), and numbers that the server gives. */
import type { WidgetProps } from '@rjsf/utils'
import { Input, InputNumber, Select, Space } from 'antd'
import { useTranslation } from 'react-i18next'

const units = ['D', 'H', 'M'] as const
type Unit = (typeof units)[number]

export function lengthOf(text: unknown): [number | null, Unit] {
  const found = /^P(?:(\d+)D|T(\d+)([HM]))$/.exec(String(text ?? ''))
  if (found === null) return [null, 'D']
  return found[1] !== undefined ? [Number(found[1]), 'D'] : [Number(found[2]), found[3] as Unit]
}
export const written = (count: number, unit: Unit) => (unit === 'D' ? `P${count}D` : `PT${count}${unit}`)

export function DurationWidget(props: WidgetProps) {
  const { t } = useTranslation()
  const [count, unit] = lengthOf(props.value)
  const closed = props.disabled || props.readonly
  const put = (next: number | null, in_: Unit) => props.onChange(next === null ? undefined : written(next, in_))
  return (
    <Space.Compact>
      <InputNumber id={props.id} min={0} precision={0} value={count} disabled={closed} onChange={(next) => put(next, unit)} />
      <Select aria-label={t('forms.unit')} value={unit} disabled={closed} options={units.map((one) => ({ value: one, label: t(`forms.units.${one}`) }))} onChange={(next) => put(count ?? 1, next)} style={{ width: 96 }} />
    </Space.Compact>
  )
} // prettier-ignore

export function SerialWidget(props: WidgetProps) {
  const { t } = useTranslation()
  return <Input id={props.id} value={props.value ?? ''} disabled placeholder={t('forms.serial')} />
}
