/** The first step: what the process is called, what it is for, who may use it; with the start page's card beside it. */
import { PartitionOutlined } from '@ant-design/icons'
import { Button, Dropdown, Input, Select, Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../i18n'
import { useNamed } from '../catalogue'
import { AccessInput } from '../props/controls/AccessControl'
import { LiveResult } from '../props/live/LiveResult'
import { edit, useDesign } from '../store/design'
import type { Value } from '../types'
import './steps.css'

const families = ['ticket', 'approval', 'fulfilment', 'visit', 'settlement', 'campaign', 'other'] as const
type Language = 'zh' | 'en'

/** One language of a text; what is plain stays plain while only Chinese is given. */
function withWords(value: Value, language: Language, words: string): Value {
  if (language === 'zh' && (typeof value === 'string' || value === undefined)) return words
  const both = typeof value === 'object' && value !== null ? value : value ? { zh: value } : {}
  const next = { ...both, [language]: words }
  if (words === '' && language === 'en') delete next.en
  return next
}
const wordsOf = (value: Value, language: Language) => (typeof value === 'string' ? (language === 'zh' ? value : '') : (value?.[language] ?? ''))

export function Basics() {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const model = useDesign((state) => state.model)
  const may = useDesign((state) => state.design?.may.edit === true)
  const problems = useDesign((state) => state.problems)
  const named = useNamed()
  if (model === null) return null
  const { head } = model
  const set = (path: string[], value: Value) => edit([value === undefined || value === '' ? { op: 'remove', path } : { op: 'set', path, value }], t('design.did.basics'), path.join('.'))
  // The title as a reader of lists sees it, fields by what they are called.
  const reads = wordsOf(head.title_of_case, 'zh').replace(/\$\{\s*([\w.]+)\s*\}/g, (whole: string, name: string) => { const title = named.find((one) => one.name === name)?.title; return title ? `〈${title}〉` : whole }) as string
  const line = (key: 'title' | 'description', language: Language, label: string) => {
    const Box = key === 'title' ? Input : Input.TextArea
    return (
      <div className="prop">
        <label className="prop-name" htmlFor={`basics-${key}-${language}`}>{label}</label>
        <Box id={`basics-${key}-${language}`} value={wordsOf(head[key], language)} disabled={!may} maxLength={key === 'title' ? 100 : 2000} onChange={(event) => set([key], withWords(head[key], language, event.target.value))} {...(key === 'description' ? { rows: 3 } : {})} />
        {problems.filter((one) => one.path[0] === key).map((one, index) => <p key={index} className="prop-problem error">{text(one)}</p>)}
      </div>
    )
  } // prettier-ignore
  const access = (key: string, label: string) => (
    <div className="prop">
      <label className="prop-name" htmlFor={`basics-${key}`}>{label}</label>
      <AccessInput id={`basics-${key}`} value={model.access?.[key] as string[] | undefined} disabled={!may} placeholder={key === 'start' ? t('design.basics.everybody') : undefined} change={(who) => set(['access', key], who)} />
      <span className="soft small">{t(`design.basics.${key}Hint`)}</span>
    </div>
  ) // prettier-ignore
  return (
    <div className="step-page wide">
      <h2>{t('design.basics.title')}</h2>
      <p className="soft">{t('design.basics.about')}</p>
      <div className="basics">
        <div className="panel panel-body">
          <div className="two">
            {line('title', 'zh', t('design.basics.nameZh'))}
            {line('title', 'en', t('design.basics.nameEn'))}
            {line('description', 'zh', t('design.basics.descriptionZh'))}
            {line('description', 'en', t('design.basics.descriptionEn'))}
            <div className="prop">
              <label className="prop-name" htmlFor="basics-family">{t('design.basics.family')}</label>
              <Select id="basics-family" value={(head.family as string) ?? 'other'} disabled={!may} options={families.map((one) => ({ value: one, label: t(`design.family.${one}`) }))} onChange={(next) => set(['family'], next)} />
            </div>
            <div className="prop">
              <label className="prop-name" htmlFor="basics-id">{t('design.basics.idLabel')}</label>
              <Input id="basics-id" className="mono" value={model.process} disabled />
            </div>
          </div>
          <div className="prop">
            <label className="prop-name" htmlFor="basics-case">{t('design.basics.caseTitle')}</label>
            <div className="prop-line">
              <Input id="basics-case" value={wordsOf(head.title_of_case, 'zh')} disabled={!may} onChange={(event) => set(['title_of_case'], withWords(head.title_of_case, 'zh', event.target.value))} />
              <Dropdown trigger={['click']} disabled={!may} menu={{ items: named.map((one) => ({ key: one.name, label: one.title })), onClick: ({ key }) => set(['title_of_case'], withWords(head.title_of_case, 'zh', `${wordsOf(head.title_of_case, 'zh')} \${ ${key} }`.trim())) }}>
                <Button>{t('design.basics.insert')}</Button>
              </Dropdown>
            </div>
            <LiveResult value={wordsOf(head.title_of_case, 'zh')} box="basics-case" />
            <span className="soft small">{reads ? t('design.basics.caseReads', { reads }) : t('design.basics.caseTitleHint', { example: '${ data.reason }' })}</span>
          </div>
          {access('start', t('design.basics.who'))}
          {access('see', t('design.basics.see'))}
          {access('operate', t('design.basics.operate'))}
        </div>
        <aside aria-label={t('design.basics.preview')}>
          <h3 className="soft">{t('design.basics.preview')}</h3>
          <div className="basics-card">
            <span className="designs-mark"><PartitionOutlined aria-hidden /></span>
            <strong>{text(head.title) || model.process}</strong>
            <Tag>{t(`design.family.${(head.family as string) || 'other'}`)}</Tag>
            <p className="soft">{text(head.description)}</p>
          </div>
        </aside>
      </div>
    </div>
  )
} // prettier-ignore
