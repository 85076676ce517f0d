/** Finished cases played again on the draft: how many go as they went, and each that does not, beside how it went. */
import { HistoryOutlined, PlayCircleOutlined } from '@ant-design/icons'
import { useMutation } from '@tanstack/react-query'
import { Alert, Button, InputNumber, Segmented, Table, Tag, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answered, api, type Schema } from '../../api/client'
import { useLanguage } from '../../i18n'
import { Nothing } from '../../shared/Nothing'
import { Refusal } from '../../shared/Refusal'
import { usePhone } from '../../shared/usePhone'
import { settled, useDesign } from '../store/design'
import { Fates } from '../subnav/Fates'
import { TrialNav } from '../subnav/TrialNav'
import { Compared } from './Compared'
import { kinds, kindsOf, type Kind, type Replayed } from './compare'
import './replay.css'

type Found = Schema<'Replay'>
const SIZES = [20, 100, 500, 2000] as const
const MOST = 2000
const LOOKS: Record<Kind, string> = { path: 'tag-open', approvers: 'tag-wait', breaches: 'tag-bad', outcome: 'tag-bad', stuck: 'tag-bad' }

function Kinds({ row }: { row: Replayed }) {
  const { t } = useTranslation()
  return (
    <span className="replay-kinds">
      {kindsOf(row).map((kind) => (
        <Tag key={kind} className={LOOKS[kind]}>
          {t(`replay.kind.${kind}`)}
        </Tag>
      ))}
    </span>
  )
}

function useColumns(show: (row: Replayed) => void): TableColumnsType<Replayed> {
  const { t } = useTranslation()
  const { text, sentence } = useLanguage()
  return [
    {
      title: t('replay.case'),
      width: 260,
      render: (_, row) => (
        <button type="button" className="replay-case" onClick={() => show(row)} data-testid="replayed">
          {text(row.title) || row.case}
        </button>
      ),
    },
    { title: t('replay.version'), width: 80, render: (_, row) => `v${row.version}` },
    { title: t('replay.what'), width: 210, render: (_, row) => <Kinds row={row} /> },
    { title: t('replay.words'), render: (_, row) => sentence(row) },
  ] // prettier-ignore
}

function Changed({ found }: { found: Found }) {
  const { t } = useTranslation()
  const { text, sentence } = useLanguage()
  const phone = usePhone()
  const [only, setOnly] = useState<Kind | 'all'>('all')
  const [seen, setSeen] = useState<Replayed | null>(null)
  const columns = useColumns(setSeen)
  const counted = kinds.map((kind) => ({ kind, count: found.items.filter((row) => kindsOf(row).includes(kind)).length })).filter((one) => one.count > 0)
  const rows = only === 'all' ? found.items : found.items.filter((row) => kindsOf(row).includes(only))
  const options = [{ value: 'all' as const, label: `${t('replay.all')} ${found.items.length}` }, ...counted.map(({ kind, count }) => ({ value: kind, label: `${t(`replay.kind.${kind}`)} ${count}` }))]
  return (
    <section className="panel replay-changed">
      <div className="replay-filter">
        <Segmented value={only} options={options} onChange={setOnly} aria-label={t('replay.what')} />
        {found.items.length < found.changed + found.stuck && <span className="soft small">{t('replay.firstOnes', { count: found.items.length })}</span>}
      </div>
      {phone ? (
        <ul className="replay-cards">
          {rows.slice(0, 50).map((row) => (
            <li key={row.case}>
              <button type="button" className="replay-case" onClick={() => setSeen(row)}>{text(row.title) || row.case}</button>
              <div><Kinds row={row} /></div>
              <p className="soft">{sentence(row)}</p>
            </li>
          ))}
        </ul>
      ) : (
        <Table<Replayed> rowKey="case" columns={columns} dataSource={rows} pagination={rows.length > 20 && { pageSize: 20, showSizeChanger: false }} onRow={(row) => ({ onClick: () => setSeen(row) })} rowClassName="replay-row" scroll={{ x: 760 }} />
      )}
      <Compared row={seen} nodes={found.nodes} outcomes={found.outcomes} close={() => setSeen(null)} />
    </section>
  )
} // prettier-ignore

export default function ReplayPage() {
  const { t } = useTranslation()
  const design = useDesign((state) => state.design)!
  const errors = useDesign((state) => state.problems.filter((one) => one.severity === 'error').length)
  const [last, setLast] = useState<number>(100)
  const run = useMutation({
    mutationFn: async () => {
      await settled()
      const found = await answered(api.POST('/api/v1/designs/{design}/replay', { params: { path: { design: design.id } }, body: { last } }))
      return { found, revision: useDesign.getState().design?.revision }
    },
  })
  const found = run.data?.found
  const stale = run.data !== undefined && run.data.revision !== design.revision
  const share = found && found.cases > 0 ? Math.round((found.same / found.cases) * 100) : 0
  return (
    <div className="step-page trial-page">
      <TrialNav />
      <p className="soft trial-about">{t('replay.about')}</p>
      <section className="panel panel-body replay-ask">
        <label htmlFor="replay-last">{t('replay.last')}</label>
        <InputNumber id="replay-last" min={1} max={MOST} precision={0} value={last} onChange={(next) => setLast(next ?? 100)} suffix={t('replay.cases')} />
        <span className="replay-sizes">
          {SIZES.map((size) => (
            <Button key={size} size="small" type={size === last ? 'default' : 'text'} aria-pressed={size === last} onClick={() => setLast(size)}>
              {size}
            </Button>
          ))}
        </span>
        <Button type="primary" icon={<PlayCircleOutlined />} loading={run.isPending} disabled={!design.may.edit || errors > 0} onClick={() => run.mutate()} data-testid="replay-run">
          {t('replay.run')}
        </Button>
        {run.isPending && <span className="soft small" role="status">{t('replay.running')}</span>}
        {!design.may.edit && <span className="soft small">{t('replay.mayNot')}</span>}
      </section>
      {errors > 0 && <Alert type="warning" showIcon title={t('replay.errors', { count: errors })} style={{ marginBottom: 16 }} />}
      <Refusal error={run.error} />
      {stale && <Alert type="info" showIcon title={t('replay.stale')} style={{ marginBottom: 16 }} />}
      {found && found.cases === 0 && <section className="panel"><Nothing icon={<HistoryOutlined />} title={t('replay.none')} hint={t('replay.noneHint')} /></section>}
      {found && found.cases > 0 && (
        <>
          <section className="panel panel-body replay-sum" role="status" data-testid="replay-sum">
            <Fates
              fates={[
                { key: 'same', count: found.same, label: t('replay.same'), tone: 'good' },
                { key: 'changed', count: found.changed, label: t('replay.changed'), tone: 'warn' },
                { key: 'stuck', count: found.stuck, label: t('replay.stuck'), tone: 'bad' },
                ...(found.left_out > 0 ? [{ key: 'left', count: found.left_out, label: t('replay.leftOut') }] : []),
              ]}
            />
            <p className="soft">{t('replay.sum', { cases: found.cases, share, time: found.ms < 100 ? '' : t('replay.took', { seconds: (found.ms / 1000).toFixed(1) }) })}</p>
          </section>
          {found.items.length > 0 ? <Changed found={found} /> : <section className="panel"><Nothing icon={<HistoryOutlined />} title={t('replay.allSame')} hint={t('replay.allSameHint')} /></section>}
        </>
      )}
    </div>
  )
} // prettier-ignore
