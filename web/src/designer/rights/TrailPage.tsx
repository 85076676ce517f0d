/** What was done to a design and to the versions of its process, newest first; saves in a row are one line. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Tag } from 'antd'
import dayjs from 'dayjs'
import { useTranslation } from 'react-i18next'
import { answered, api, type Schema } from '../../api/client'
import { Loading } from '../../app/Loading'
import { useLanguage } from '../../i18n'
import { PersonTag } from '../../shared/people'
import { Refusal } from '../../shared/Refusal'
import { useDesign } from '../store/design'
import './rights.css'

type Entry = Schema<'TrailEntry'>
type Line = { entry: Entry; saves: number; from: string }
const isSave = (entry: Entry) => entry.action.endsWith('.save') && entry.result === 'ok'
const TOGETHER = 60

/** Saves of one person with no longer pause than an hour are told once. */
export function gathered(entries: readonly Entry[]): Line[] {
  const lines: Line[] = []
  for (const entry of entries) {
    const last = lines[lines.length - 1]
    const joins = last && isSave(entry) && isSave(last.entry) && entry.actor === last.entry.actor
    if (joins && dayjs(last.from).diff(dayjs(entry.at), 'minute') <= TOGETHER) {
      last.saves += 1
      last.from = entry.at
    } else lines.push({ entry, saves: 1, from: entry.at })
  }
  return lines
}

export default function TrailPage() {
  const { t } = useTranslation()
  const { text, language } = useLanguage()
  const id = useDesign((state) => state.design!.id)
  const found = useInfiniteQuery({
    queryKey: ['trail', id],
    queryFn: ({ pageParam }) => answered(api.GET('/api/v1/designs/{design}/trail', { params: { path: { design: id }, query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    refetchOnMount: 'always',
  })
  const lines = gathered(found.data?.pages.flatMap((page) => page.items) ?? [])
  const days = [...new Set(lines.map((line) => dayjs(line.entry.at).format('YYYY-MM-DD')))]
  const dayText = (day: string) => new Date(`${day}T12:00:00`).toLocaleDateString(language === 'zh' ? 'zh-CN' : 'en-GB', { year: 'numeric', month: 'long', day: 'numeric', weekday: 'long' })
  return (
    <div className="step-page trial-page" tabIndex={0} role="region" aria-label={t('rights.trail')}>
      <h2>{t('rights.trail')}</h2>
      <p className="soft">{t('rights.trailAbout')}</p>
      <Refusal error={found.error} retry={() => void found.refetch()} />
      {found.isPending && <Loading />}
      {days.map((day) => (
        <section key={day} className="panel panel-body trail">
          <h3>{dayText(day)}</h3>
          <ol data-testid="trail">
            {lines.filter((line) => dayjs(line.entry.at).format('YYYY-MM-DD') === day).map(({ entry, saves }, index) => (
              <li key={index}>
                <time dateTime={entry.at}>{dayjs(entry.at).format('HH:mm')}</time>
                <PersonTag id={entry.actor} size={22} />
                <span>
                  {saves > 1 ? t('rights.saves', { count: saves }) : text(entry)}
                  {entry.result !== 'ok' && <Tag className="tag-bad">{t('rights.refused')}</Tag>}
                </span>
              </li>
            ))}
          </ol>
        </section>
      ))}
      {found.hasNextPage && <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{t('rights.more')}</Button>}
    </div>
  )
} // prettier-ignore
