/** The properties of a field: its label, what it needs, when it is shown, its options, columns and formula. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input, InputNumber, Select, Switch } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Config, Field, Value } from '../types'
import { ConditionInput } from '../props/controls/ConditionControl'
import { ExpressionInput } from '../props/controls/ExpressionControl'
import { TextControl } from '../props/controls/Plain'
import { fieldKinds, kindOfField, newKey } from './kinds'
import { Options } from './Options'

type Props = { form: string; name: string; field: Field; change: (field: Field, key: string) => void; rename: (to: string) => void; remove: () => void; may: boolean; inner?: boolean }

function Line({ label, children, id }: { label: string; children: React.ReactNode; id?: string }) {
  return (
    <div className="prop">
      <label className="prop-name" htmlFor={id}>{label}</label>
      {children}
    </div>
  )
} // prettier-ignore

function Columns({ form, items, change, may }: { form: string; items: Record<string, Field>; change: (items: Record<string, Field>) => void; may: boolean }) {
  const { t } = useTranslation()
  const kinds = fieldKinds.filter((kind) => !['detail', 'location', 'signature', 'serial'].includes(kind.key))
  return (
    <div className="pairs">
      {Object.entries(items).map(([key, field]) => (
        <div className="pair" key={key}>
          <div className="prop-line">
            <TextControl id={`column-${form}-${key}`} name="title" value={field.title} change={(title) => change({ ...items, [key]: { ...field, title } })} schema={{}} ui={{}} root={{}} path={key} node={null} problems={[]} disabled={!may} />
            <Button type="text" icon={<DeleteOutlined />} aria-label={t('forming.remove')} disabled={!may} onClick={() => change(Object.fromEntries(Object.entries(items).filter(([one]) => one !== key)))} />
          </div>
          <Select aria-label={t('forming.sort')} value={kindOfField(field)} disabled={!may} options={kinds.map((kind) => ({ value: kind.key, label: t(`forming.kind.${kind.key}`) }))} onChange={(kind) => change({ ...items, [key]: { ...fieldKinds.find((one) => one.key === kind)!.make(), title: field.title } })} />
        </div>
      ))}
      <Button size="small" type="dashed" icon={<PlusOutlined />} disabled={!may} onClick={() => { const key = newKey(Object.keys(items), 'column'); change({ ...items, [key]: { type: 'string', title: { zh: '新列', en: 'Column' } } }) }}>{t('forming.addColumn')}</Button>
    </div>
  )
} // prettier-ignore

export function FieldForm({ form, name, field, change, rename, remove, may }: Props) {
  const { t } = useTranslation()
  const kind = kindOfField(field)
  const set = (key: string, value: Value) => {
    const next: Config = { ...field, [key]: value }
    if (value === undefined || value === '') delete next[key]
    change(next, key)
  }
  const swap = (to: string) => change({ ...fieldKinds.find((one) => one.key === to)!.make(), ...Object.fromEntries(Object.entries(field).filter(([key]) => ['title', 'help', 'required', 'show_if'].includes(key))) }, 'kind')
  const sometimes = typeof field.required === 'string'
  const number = field.type === 'number' || field.type === 'integer' || kind === 'money'
  // Money is kept in fen and typed in yuan.
  const unit = kind === 'money' ? 100 : 1
  const limit = (value: number | undefined) => (value === undefined ? null : value / unit)
  const kept = (value: number | null) => (value === null ? undefined : unit === 1 ? value : Math.round(value * unit))
  const items = (field.items?.properties ?? field.items ?? {}) as Record<string, Field>
  const plain = { schema: {}, ui: {}, root: {}, node: null, problems: [], disabled: !may }
  return (
    <div className="field-form" data-testid="field-form">
      <Line label={t('forming.label')} id="field-title"><TextControl id="field-title" name="title" path="title" value={field.title} change={(value) => set('title', value)} {...plain} /></Line>
      <Line label={t('forming.key')} id="field-key">
        <Input key={name} id="field-key" className="mono" defaultValue={name} disabled={!may} onBlur={(event) => event.target.value !== name && rename(event.target.value)} />
        <span className="soft small">{t('forming.keyHint')}</span>
      </Line>
      <Line label={t('forming.sort')} id="field-sort"><Select id="field-sort" value={kind} disabled={!may} options={fieldKinds.map((one) => ({ value: one.key, label: t(`forming.kind.${one.key}`) }))} onChange={swap} /></Line>
      <Line label={t('forming.help')} id="field-help"><TextControl id="field-help" name="help" path="help" value={field.help} change={(value) => set('help', value)} {...plain} /></Line>
      {kind !== 'formula' && (
        <Line label={t('forming.required')} id="field-required">
          <Select id="field-required" value={sometimes ? 'when' : field.required === true ? 'yes' : 'no'} disabled={!may} options={['no', 'yes', 'when'].map((one) => ({ value: one, label: t(`forming.need.${one}`) }))} onChange={(next) => set('required', next === 'yes' ? true : next === 'when' ? '${ true }' : undefined)} />
          {sometimes && <ConditionInput form={form} value={field.required} disabled={!may} change={(value) => set('required', value ?? '${ true }')} />}
        </Line>
      )}
      <div className="prop prop-inline">
        <label className="prop-name" htmlFor="field-shown">{t('forming.showIf')}</label>
        <Switch id="field-shown" disabled={!may} checked={field.show_if !== undefined} onChange={(on) => set('show_if', on ? '${ true }' : undefined)} data-testid="show-if" />
      </div>
      {field.show_if !== undefined && <Line label={t('forming.showWhen')}><ConditionInput form={form} value={field.show_if} disabled={!may} change={(value) => set('show_if', value ?? '${ true }')} /></Line>}
      {kind === 'formula' && <Line label={t('forming.formula')} id="field-value"><ExpressionInput id="field-value" form={form} how="expression" value={field.value} disabled={!may} change={(value) => set('value', value ?? '')} placeholder="${ form.qty * form.price }" /></Line>}
      {kind === 'serial' && <Line label={t('forming.serialRule')} id="field-value"><ExpressionInput id="field-value" form={form} value={field.value} disabled={!may} change={(value) => set('value', value ?? '${ case.id }')} placeholder="BX-${ case.key }" /><span className="soft small">{t('forming.serialHint')}</span></Line>}
      {(field.enum || field.items?.enum) && <Line label={t('forming.options')}><Options field={field} may={may} change={change} /></Line>}
      {kind === 'detail' && <Line label={t('forming.columns')}><Columns form={form} items={items} may={may} change={(next) => set('items', field.items?.properties ? { ...field.items, properties: next } : next)} /></Line>}
      {number && kind !== 'rating' && (
        <div className="prop-pair">
          <Line label={t('forming.min')} id="field-min"><InputNumber id="field-min" value={limit(field.minimum)} disabled={!may} onChange={(value) => set('minimum', kept(value))} /></Line>
          <Line label={t('forming.max')} id="field-max"><InputNumber id="field-max" value={limit(field.maximum)} disabled={!may} onChange={(value) => set('maximum', kept(value))} /></Line>
        </div>
      )}
      {kind === 'text' && <Line label={t('forming.maxLength')} id="field-length"><InputNumber id="field-length" min={1} value={field.maxLength ?? null} disabled={!may} onChange={(value) => set('maxLength', value ?? undefined)} /></Line>}
      <Button icon={<DeleteOutlined />} disabled={!may} onClick={remove} data-testid="remove-field">{t('forming.remove')}</Button>
    </div>
  )
} // prettier-ignore
