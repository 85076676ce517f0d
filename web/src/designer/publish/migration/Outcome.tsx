/** How far a batch is, what became of its cases, why some cannot be moved, and each of them. */
import { UndoOutlined } from '@ant-design/icons'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { App, Button, Progress, Segmented, Tag } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { answered, api } from '../../../api/client'
import { useLanguage } from '../../../i18n'
import { Refusal } from '../../../shared/Refusal'
import { isOver, useBatch, useChanged, type Batch, type BatchItem } from '../useReleases'
import { useReasons } from './NodeMap'
import type { Place } from './nodes'

const LOOKS: Record<string, string> = { clean: 'tag-live', needs_map: 'tag-wait', stuck: 'tag-bad', done: 'tag-live', refused: 'tag-bad', failed: 'tag-bad' } // prettier-ignore
const KNOWN = ['clean', 'needs_map', 'stuck', 'done', 'refused', 'failed', 'stopped', 'waiting']

/** What became of a case: of a dry run its verdict, of a real one how its command ended. */
const fateOf = (batch: Batch, item: BatchItem) => (batch.dry_run && item.code && KNOWN.includes(item.code) ? item.code : item.status)

function fates(batch: Batch): Record<string, number> {
  if (!batch.dry_run) return batch.progress
  const judged = Object.fromEntries(['clean', 'needs_map', 'stuck'].map((code) => [code, batch.codes[code] ?? 0]))
  const others = Object.entries(batch.codes).filter(([code]) => !(code in judged)).reduce((sum, [, count]) => sum + count, 0)
  return { ...judged, ...(others > 0 ? { refused: others } : {}), ...(batch.progress.failed ? { failed: batch.progress.failed } : {}) }
}

function Items({ batch, before }: { batch: Batch; before: Place[] }) {
  const { t } = useTranslation()
  const { text, list } = useLanguage()
  const [only, setOnly] = useState('all')
  const query = only === 'all' ? {} : batch.dry_run && ['clean', 'needs_map', 'stuck'].includes(only) ? { code: only } : { status: only }
  const found = useInfiniteQuery({
    queryKey: ['bulk-items', batch.id, only],
    queryFn: ({ pageParam }) => answered(api.GET('/api/v1/bulk/{batch}/items', { params: { path: { batch: batch.id }, query: { ...query, limit: 20, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
  })
  const here = Object.entries(fates(batch)).filter(([, count]) => count > 0)
  const rows = found.data?.pages.flatMap((page) => page.items) ?? []
  const where = (item: BatchItem) => {
    const missing = (item.answer as { missing?: string[] } | null)?.missing ?? []
    return list(missing.map((key) => before.find((one) => one.value === key)?.label ?? key))
  }
  return (
    <details className="migrate-items">
      <summary>{t('migrate.each')}</summary>
      {here.length > 1 && <Segmented size="small" value={only} onChange={setOnly} options={[{ value: 'all', label: t('migrate.all') }, ...here.map(([fate]) => ({ value: fate, label: t(`migrate.fate.${fate}`) }))]} />}
      <Refusal error={found.error} />
      <ul>
        {rows.map((item) => (
          <li key={item.number}>
            <Tag className={LOOKS[fateOf(batch, item)]}>{t(`migrate.fate.${fateOf(batch, item)}`)}</Tag>
            <Link to={`/cases/${item.case}`}>{text(item.title) || item.case}</Link>
            <span className="soft small">{where(item) ? t('migrate.standsAt', { nodes: where(item) }) : item.zh || item.en ? text({ zh: item.zh ?? '', en: item.en ?? '' }) : ''}</span>
          </li>
        ))}
      </ul>
      {found.hasNextPage && <Button size="small" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{t('migrate.more')}</Button>}
    </details>
  )
} // prettier-ignore

function Reasons({ batch }: { batch: Batch }) {
  const { t } = useTranslation()
  const { sentence } = useLanguage()
  const reasons = useReasons(batch).data?.reasons ?? []
  if (reasons.length === 0) return null
  return (
    <div className="migrate-reasons">
      <h4>{t('migrate.why')}</h4>
      <ul>
        {reasons.map((one, index) => (
          <li key={index}>
            {sentence(one)} <span className="soft small">{t('migrate.casesCount', { count: one.cases })}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

export function useUndo() {
  return useMutation({
    mutationFn: (batch: string) =>
      answered(api.POST('/api/v1/bulk/{batch}/undo', { params: { path: { batch }, header: { 'idempotency-key': crypto.randomUUID() } } })),
  })
}

function Undo({ batch }: { batch: Batch }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const changed = useChanged()
  const undo = useUndo()
  const count = batch.progress.done ?? 0
  const sure = () =>
    modal.confirm({
      title: t('migrate.undoSure', { count }),
      content: t('migrate.undoHint'),
      okText: t('migrate.undo'),
      okButtonProps: { danger: true },
      cancelText: t('app.cancel'),
      onOk: () => undo.mutateAsync(batch.id).then(() => changed(), () => undefined),
    }) // prettier-ignore
  if (undo.data) return <UndoneBy batch={undo.data.id} />
  return (
    <>
      <Refusal error={undo.error} />
      <Button danger icon={<UndoOutlined />} loading={undo.isPending} onClick={sure} data-testid="migrate-undo">
        {t('migrate.undo')}
      </Button>
    </>
  )
}

function UndoneBy({ batch }: { batch: string }) {
  const found = useBatch(batch).data
  return found ? <Outcome batch={found} before={[]} /> : null
}

export function Outcome({ batch, before, undone = false }: { batch: Batch; before: Place[]; undone?: boolean }) {
  const { t } = useTranslation()
  const over = isOver(batch)
  const waiting = batch.progress.waiting ?? 0
  const share = batch.total === 0 ? 100 : Math.round(((batch.total - waiting) / batch.total) * 100)
  const stop = useMutation({ mutationFn: () => answered(api.POST('/api/v1/bulk/{batch}/stop', { params: { path: { batch: batch.id } } })) })
  const title = batch.undoes ? 'migrate.undoing' : batch.dry_run ? 'migrate.plan' : 'migrate.moving'
  return (
    <div className="migrate-outcome" data-testid={batch.undoes ? 'migrate-undone' : batch.dry_run ? 'migrate-plan' : 'migrate-moved'} data-status={batch.status}>
      <h4>{t(title, { count: batch.total })}</h4>
      {!over && (
        <div className="migrate-progress">
          <Progress percent={share} status="active" aria-label={t(title, { count: batch.total })} />
          {!batch.dry_run && <Button size="small" disabled={batch.stopping} loading={stop.isPending} onClick={() => stop.mutate()}>{t('migrate.stop')}</Button>}
        </div>
      )}
      {batch.total === 0 && <p className="soft">{t('migrate.noCases')}</p>}
      <div role="status"><ul className="migrate-fates">
        {Object.entries(fates(batch)).filter(([fate, count]) => count > 0 || ['clean', 'needs_map', 'stuck', 'done'].includes(fate)).map(([fate, count]) => (
          <li key={fate} data-fate={count > 0 ? fate : 'none'} data-testid={`fate-${fate}`}><strong>{over || count > 0 ? count : '…'}</strong><span>{t(`migrate.fate.${fate}`)}</span></li>
        ))}
      </ul></div>
      {over && <Reasons batch={batch} />}
      {over && batch.total > 0 && <Items batch={batch} before={before} />}
      {over && !batch.dry_run && !batch.undoes && !undone && (batch.progress.done ?? 0) > 0 && <Undo batch={batch} />}
    </div>
  )
} // prettier-ignore
