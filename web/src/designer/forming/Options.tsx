/** The options of a choice: what people read can be changed at any time, what is stored stays as it is. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { optionsOf } from '../../forms/options'
import { useLanguage } from '../../i18n'
import type { Field, Value } from '../types'
import { newKey } from './kinds'

/** The field with other words for one of its values. */
export function entitled(field: Field, value: Value, words: string, language: 'zh' | 'en'): Field {
  const before = { ...(Array.isArray(field.options) ? {} : field.options) }
  const title = before[String(value)]
  before[String(value)] = typeof title === 'object' || language === 'en' ? { ...(typeof title === 'object' ? title : { zh: title ?? String(value) }), [language]: words } : words
  return { ...field, options: before }
}

/** The field with other values; those that are gone lose their words too. */
export function listing(field: Field, values: Value[]): Field {
  const kept = Object.entries(field.options ?? {}).filter(([key]) => values.map(String).includes(key))
  const next: Field = { ...field, ...(field.items ? { items: { ...field.items, enum: values } } : { enum: values }) }
  if (kept.length) return { ...next, options: Object.fromEntries(kept) }
  delete next.options
  return next
}

export function Options({ field, change, may }: { field: Field; change: (field: Field, what: string) => void; may: boolean }) {
  const { t } = useTranslation()
  const { text, language } = useLanguage()
  const values: Value[] = field.items?.enum ?? field.enum ?? []
  const options = optionsOf(field, text) ?? []
  const add = () => {
    const key = newKey(values.map(String), 'option')
    change(entitled(listing(field, [...values, key]), key, `${t('forming.option')} ${values.length + 1}`, language), 'options')
  }
  return (
    <div className="pairs">
      {options.map(({ value, title }, index) => (
        <div className="prop-line" key={String(value)}>
          <Input aria-label={t('forming.option')} value={title} disabled={!may} suffix={title === String(value) ? undefined : <span className="soft mono small">{String(value)}</span>} onChange={(event) => change(entitled(field, value, event.target.value, language), `option.${String(value)}`)} />
          <Button type="text" icon={<DeleteOutlined />} aria-label={t('forming.removeOption')} disabled={!may || values.length < 2} onClick={() => change(listing(field, values.filter((_, i) => i !== index)), 'options')} />
        </div>
      ))}
      <Button size="small" type="dashed" icon={<PlusOutlined />} disabled={!may} onClick={add} data-testid="add-option">{t('forming.addOption')}</Button>
    </div>
  )
} // prettier-ignore
