/** What a case knows: the fields that people filled in first, what the process worked out folded below. */
import { DownOutlined, UpOutlined } from '@ant-design/icons'
import { Button, Skeleton } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../i18n'
import type { Plan } from '../plan'
import type { Case } from './useCase'
import { fieldsOf } from './fields'
import { isTable, ValueView } from './values'
import '../workbench.css'

const LONG = 60

export function CaseData({ about, plan }: { about: Case; plan: Plan | undefined }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const [all, showAll] = useState(false)
  const fields = fieldsOf(plan)
  const asked = new Set(Object.keys((plan?.start.form && plan.forms?.[plan.start.form]?.fields) || plan?.data || {}))
  const there = Object.entries(about.data).filter(([, value]) => value !== null && value !== '')
  const first = there.filter(([name]) => asked.has(name))
  const rest = there.filter(([name]) => !asked.has(name))
  const shown = all || first.length === 0 ? [...first, ...rest] : first
  return (
    <section className="panel" aria-label={t('work.case.data')}>
      <div className="panel-head">
        <h2>{t('work.case.data')}</h2>
        {first.length > 0 && rest.length > 0 && (
          <Button type="text" size="small" icon={all ? <UpOutlined /> : <DownOutlined />} onClick={() => showAll(!all)}>
            {all ? t('work.case.less') : t('work.case.rest', { count: rest.length })}
          </Button>
        )}
      </div>
      <div className="panel-body">
        {!plan && <Skeleton active />}
        {plan && shown.length === 0 && <p className="soft">{t('work.case.noData')}</p>}
        <dl className="values">
          {(plan ? shown : []).map(([name, value]) => (
            <div key={name} className={isTable(value) || String(value).length > LONG ? 'values-wide' : undefined}>
              <dt>{text(fields[name]?.title) || name}</dt>
              <dd>
                <ValueView value={value} field={fields[name]} />
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </section>
  )
}
