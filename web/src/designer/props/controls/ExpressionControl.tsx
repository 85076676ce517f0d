/** An expression, with the fields and functions that it may name at hand. */
import { FunctionOutlined } from '@ant-design/icons'
import { Button, Dropdown, Input } from 'antd'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../../i18n'
import { useLibrary, useNamed } from '../../catalogue'
import type { Value } from '../../types'
import type { ControlProps } from '../control'
import { LiveResult } from '../live/LiveResult'
import { isTried, type How } from '../live/place'

/** What is written becomes a number or boolean where it is one, so that `2` stays a number. */
export function plainValue(text: string): Value {
  if (text === '') return undefined
  if (/^-?\d+$/.test(text)) return Number(text)
  return text === 'true' ? true : text === 'false' ? false : text
}

type Props = { id?: string; value: Value; change: (value: Value) => void; disabled?: boolean; form?: string; placeholder?: string; label?: string; how?: How }

/** `how`: what it is tried as; conditions and formulas may stand without `${ }`. */
export function ExpressionInput({ id, value, change, disabled, form, placeholder, label, how }: Props) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const named = useNamed(form)
  const own = useId()
  const box = id ?? own
  const { functions } = useLibrary()
  const written = value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  const insert = (name: string) => {
    const inside = /^\s*\$\{([\s\S]*)\}\s*$/.exec(written)
    change(inside ? `\${ ${inside[1]!.trim()} ${name} }` : written.trim() ? `${written} \${ ${name} }` : `\${ ${name} }`)
  }
  const names = functions.map((one) => (typeof one === 'string' ? { name: one } : (one as { name: string; zh?: string; en?: string; about?: unknown })))
  const items = [
    { key: 'fields', type: 'group' as const, label: t('props.fields'), children: named.map((one) => ({ key: one.name, label: <>{one.title} <span className="soft mono">{one.name}</span></> })) },
    { key: 'functions', type: 'group' as const, label: t('props.functions'), children: names.map((one) => ({ key: `${one.name}()`, label: <><span className="mono">{one.name}</span> <span className="soft">{text('about' in one ? one.about : one)}</span></> })) },
  ] // prettier-ignore
  return (
    <div className="expression">
      <div className="prop-line">
        <Input.TextArea id={box} aria-label={label} aria-describedby={isTried(value, how ?? 'value') ? `${box}-live` : undefined} className="mono" autoSize={{ minRows: 1, maxRows: 6 }} value={written} disabled={disabled} placeholder={placeholder ?? '${ data.… }'} onChange={(event) => change(plainValue(event.target.value))} />
        <Dropdown trigger={['click']} disabled={disabled} menu={{ items, onClick: ({ key }) => insert(key), style: { maxHeight: 320, overflow: 'auto' } }}>
          <Button icon={<FunctionOutlined />} aria-label={t('props.insertField')} />
        </Dropdown>
      </div>
      <LiveResult value={value} how={how} form={form} box={box} id={`${box}-live`} />
    </div>
  )
}

export function ExpressionControl({ id, value, change, disabled, schema }: ControlProps) {
  return <ExpressionInput id={id} value={value} change={change} disabled={disabled} placeholder={schema.default === undefined ? undefined : String(schema.default)} />
}
