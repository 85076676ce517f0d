/** The data of a process: each field with its name, its sort and whether a case must begin with it. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Checkbox, Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../i18n'
import { edit, useDesign } from '../store/design'
import type { Field } from '../types'

const sorts = ['string', 'number', 'integer', 'boolean', 'money', 'date', 'date-time', 'array', 'object'] as const

const sortOf = (field: Field) => (['money', 'date', 'date-time'].includes(field.format ?? '') ? field.format! : (field.type ?? 'string'))
const withSort = (field: Field, sort: string): Field => {
  const { type: _, format: __, ...rest } = field
  if (sort === 'money') return { ...rest, format: 'money' }
  return sort.startsWith('date') ? { ...rest, type: 'string', format: sort } : { ...rest, type: sort }
}

export function DataList() {
  const { t } = useTranslation()
  const { text, language } = useLanguage()
  const model = useDesign((state) => state.model)
  const may = useDesign((state) => state.design?.may.edit === true)
  const data = model?.data ?? {}
  const required = model?.required ?? []
  const set = (key: string, field: Field) => edit([{ op: 'set', path: ['data', key], value: field }], t('design.did.settings'), `data.${key}`)
  const entitle = (key: string, field: Field, words: string) =>
    set(key, { ...field, title: typeof field.title === 'object' || language === 'en' ? { ...(typeof field.title === 'object' ? field.title : field.title ? { zh: field.title } : {}), [language]: words } : words })
  const need = (key: string, on: boolean) => {
    const next = on ? [...required, key] : required.filter((one) => one !== key)
    edit([next.length ? { op: 'set', path: ['required'], value: next } : { op: 'remove', path: ['required'] }], t('design.did.settings'))
  }
  const fresh = () => {
    for (let number = 1; ; number += 1) if (!(`field_${number}` in data)) return `field_${number}`
  }
  return (
    <div className="data-list">
      {Object.entries(data).map(([key, field]) => (
        <div className="data-row" key={key}>
          <span className="mono" title={key}>{key}</span>
          <Input aria-label={t('forming.label')} value={text(field?.title)} placeholder={key} disabled={!may} onChange={(event) => entitle(key, field, event.target.value)} />
          <Select aria-label={t('forming.sort')} value={sortOf(field ?? {})} disabled={!may} options={sorts.map((one) => ({ value: one, label: t(`forming.dataSort.${one}`) }))} onChange={(next) => set(key, withSort(field ?? {}, next))} />
          <Checkbox checked={required.includes(key)} disabled={!may} onChange={(event) => need(key, event.target.checked)}>{t('forming.fromStart')}</Checkbox>
          <Button type="text" icon={<DeleteOutlined />} disabled={!may} aria-label={t('forming.remove')} onClick={() => edit([{ op: 'remove', path: ['data', key] }], t('design.did.settings'))} />
        </div>
      ))}
      <Button type="dashed" icon={<PlusOutlined />} disabled={!may} onClick={() => set(fresh(), { type: 'string' })}>
        {t('forming.addData')}
      </Button>
    </div>
  )
} // prettier-ignore
