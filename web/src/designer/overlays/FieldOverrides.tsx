/** Fields of the base's forms: kept, required, or left out by the region; and fields of its own. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input, Segmented, Select, Space } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../i18n'
import { fieldKinds, newKey } from '../forming/kinds'
import { edit, useDesign } from '../store/design'
import type { Field, Model } from '../types'

const KINDS = ['text', 'textarea', 'number', 'money', 'select', 'date', 'switch', 'member', 'file'] as const
type How = 'base' | 'required' | 'gone'

function useField(form: string) {
  const { t } = useTranslation()
  const own = useDesign((state) => state.model?.forms?.[form]?.fields) ?? {}
  const label = t('design.did.form')
  const write = (key: string, value: Field | null | undefined) => {
    const path = ['forms', form, 'fields', key]
    if (value !== undefined) return edit([{ op: 'set', path, value }], label, path.join('.'))
    const last = Object.keys(own).every((name) => name === key)
    edit([{ op: 'remove', path: last ? ['forms', form] : path }], label)
  }
  return { own: own as Record<string, Field | null>, write }
}

function BaseField({ form, name, field }: { form: string; name: string; field: Field }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const may = useDesign((state) => state.design!.may.edit)
  const { own, write } = useField(form)
  const how: How = !(name in own) ? 'base' : own[name] === null ? 'gone' : 'required'
  const choose = (next: How) => write(name, next === 'base' ? undefined : next === 'gone' ? null : { ...field, required: true })
  const options = (['base', 'required', 'gone'] as const).map((one) => ({ value: one, label: t(`regions.field.${one}`), disabled: one === 'required' && field.required === true }))
  return (
    <li>
      <span>{text(field.title) || name}</span>
      <Segmented size="small" aria-label={text(field.title) || name} value={how} options={options} disabled={!may} onChange={choose} />
    </li>
  )
}

function OwnField({ form, name, field }: { form: string; name: string; field: Field }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const may = useDesign((state) => state.design!.may.edit)
  const { write } = useField(form)
  return (
    <li>
      <Input aria-label={t('regions.fieldTitle')} value={text(field.title)} maxLength={60} disabled={!may} onChange={(event) => write(name, { ...field, title: event.target.value })} />
      <Segmented size="small" aria-label={t('regions.field.required')} value={field.required === true} options={[{ value: false, label: t('regions.field.optional') }, { value: true, label: t('regions.field.required') }]} disabled={!may} onChange={(required) => write(name, { ...field, required })} />
      <Button type="text" size="small" icon={<DeleteOutlined />} disabled={!may} aria-label={t('design.did.remove', { name: text(field.title) || name })} onClick={() => write(name, undefined)} />
    </li>
  )
} // prettier-ignore

function OneForm({ form, title, fields }: { form: string; title: string; fields: Record<string, Field> }) {
  const { t } = useTranslation()
  const may = useDesign((state) => state.design!.may.edit)
  const { own, write } = useField(form)
  const [kind, setKind] = useState<string>('text')
  const mine = Object.entries(own).filter(([name, field]) => !(name in fields) && field !== null) as [string, Field][]
  const add = () => {
    const made = fieldKinds.find((one) => one.key === kind)?.make() ?? { type: 'string' }
    write(newKey([...Object.keys(fields), ...Object.keys(own)], kind), { ...made, title: t(`forming.kind.${kind}`) })
  }
  return (
    <>
      <h4>{title}</h4>
      <ul className="overlay-fields">
        {Object.entries(fields).map(([name, field]) => <BaseField key={name} form={form} name={name} field={field} />)}
        {mine.map(([name, field]) => <OwnField key={name} form={form} name={name} field={field} />)}
      </ul>
      <Space.Compact>
        <Select aria-label={t('regions.fieldKind')} value={kind} onChange={setKind} options={KINDS.map((one) => ({ value: one, label: t(`forming.kind.${one}`) }))} style={{ width: 130 }} />
        <Button icon={<PlusOutlined />} disabled={!may} onClick={add} data-testid="overlay-field">{t('regions.addField')}</Button>
      </Space.Compact>
    </>
  )
} // prettier-ignore

export function FieldOverrides({ base }: { base: Model | null }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const forms = Object.entries(base?.forms ?? {})
  if (forms.length === 0) return null
  return (
    <section className="panel panel-body">
      <h3>{t('regions.forms')}</h3>
      {forms.map(([name, form]) => (
        <OneForm key={name} form={name} title={text(form.title) || name} fields={(form.fields ?? {}) as Record<string, Field>} />
      ))}
    </section>
  )
}
