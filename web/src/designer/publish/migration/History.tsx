/** Migrations that were made, newest first, each with its outcome and the way back. */
import { HistoryOutlined } from '@ant-design/icons'
import { Collapse, Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../../i18n'
import { PersonName } from '../../../shared/people'
import { whenText } from '../../../shared/when'
import type { Batch, Releases } from '../useReleases'
import { Outcome } from './Outcome'

export function History({ all }: { all: Releases }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const made = all.migrations.filter((one) => !one.dry_run)
  if (made.length === 0) return null
  const undone = new Set(made.map((one) => one.undoes))
  const what = (one: Batch) => {
    const of = one.undoes ? all.migrations.find((other) => other.id === one.undoes) : one
    const versions = { from: String(of?.args.from ?? '?'), to: String(of?.args.to ?? '?') }
    return one.undoes ? t('migrate.undid', versions) : t('migrate.did', versions)
  }
  const items = made.map((one) => ({
    key: one.id,
    label: (
      <span className="migrate-made">
        <strong>{what(one)}</strong>
        {undone.has(one.id) && <Tag>{t('migrate.undoneTag')}</Tag>}
        <span className="soft small">
          <PersonName id={one.started_by} /> · {whenText(one.started_at, language)} · {t('migrate.doneOf', { done: one.progress.done ?? 0, total: one.total })}
        </span>
      </span>
    ),
    children: <Outcome batch={one} before={[]} undone={undone.has(one.id)} />,
  }))
  return (
    <section className="panel panel-body migrate-history">
      <h3>
        <HistoryOutlined aria-hidden /> {t('migrate.history')}
      </h3>
      <Collapse ghost items={items} destroyOnHidden />
    </section>
  )
}
