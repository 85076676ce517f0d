/** Cases that the user may see: his own, and others'. */
import { ProfileOutlined, SearchOutlined } from '@ant-design/icons'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Button, Segmented, Select, Table, type TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { answered, api } from '../../api/client'
import { Loading } from '../../app/Loading'
import { listIn, useLanguage } from '../../i18n'
import { Nothing } from '../../shared/Nothing'
import { Page } from '../../shared/Page'
import { PersonName } from '../../shared/people'
import { Refusal } from '../../shared/Refusal'
import { usePhone } from '../../shared/usePhone'
import { whenText } from '../../shared/when'
import { NextPage, ProcessSelect, StartOne, WordsInput } from '../lists'
import { nodeAt, type Plan } from '../plan'
import { usePlans, useProcessTitle } from '../processes'
import { endName } from '../tasks/outcomes'
import { StatusTag } from './StatusTag'
import type { Case } from './useCase'
import './cases.css'

const PAGE = 30
/** So many open steps of a case are named in the list. */
const SHOWN = 2
const STATUSES = ['open', 'done', 'cancelled', 'withdrawn', 'failed'] as const
type Asked = { whose: string; status: string; process: string; text: string }

function useAsked(): [Asked, (change: Partial<Asked>) => void] {
  const [params, setParams] = useSearchParams()
  const get = (name: string) => params.get(name) ?? ''
  const asked = { whose: get('whose') || 'mine', status: get('status'), process: get('process'), text: get('text') }
  const ask = (change: Partial<Asked>) => {
    const next = { ...asked, ...change }
    const kept = Object.entries(next).filter(([name, value]) => value !== '' && !(name === 'whose' && value === 'mine'))
    setParams(Object.fromEntries(kept), { replace: true })
  }
  return [asked, ask]
}

function useCases(asked: Asked) {
  return useInfiniteQuery({
    queryKey: ['cases', asked],
    queryFn: ({ pageParam }) =>
      answered(
        api.GET('/api/v1/cases', {
          params: {
            query: {
              initiator: asked.whose === 'mine' ? ['@me'] : undefined,
              status: asked.status ? [asked.status as never] : undefined,
              process: asked.process ? [asked.process] : undefined,
              text: asked.text || undefined,
              cursor: pageParam,
              limit: PAGE,
            },
          },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
}

function Filters({ asked, ask }: { asked: Asked; ask: (change: Partial<Asked>) => void }) {
  const { t } = useTranslation()
  return (
    <div className="cases-filters">
      <Segmented
        value={asked.whose}
        onChange={(whose) => ask({ whose })}
        options={[
          { value: 'mine', label: t('work.cases.mine') },
          { value: 'all', label: t('work.cases.all') },
        ]}
      />
      <WordsInput text={asked.text} ask={(text) => ask({ text })} className="cases-search" />
      <ProcessSelect process={asked.process} ask={(process) => ask({ process })} className="cases-select" />
      <Select
        aria-label={t('work.cases.status')}
        value={asked.status}
        onChange={(status) => ask({ status })}
        className="cases-select"
        options={[
          { value: '', label: t('work.cases.everyStatus') },
          ...STATUSES.map((status) => ({ value: status, label: t(`shared.status.${status}`) })),
        ]}
      />
    </div>
  )
}

/** Where a case stands: the steps that are open, or how it ended. */
function useStanding(cases: Case[]): (one: Case) => string {
  const { t } = useTranslation()
  const { text, language } = useLanguage()
  const planOf = usePlans(cases)
  const named = (plan: Plan, path: string) => text(nodeAt(plan, path)?.title) || path
  return (one) => {
    if (one.ended_at !== null) return one.outcome && one.outcome !== 'done' ? endName(planOf(one), one.outcome, text, t) : ''
    const plan = planOf(one)
    // What stands within another open step is named instead of it.
    const open = Object.keys(one.nodes).filter((path, _, all) => !all.some((other) => other.startsWith(`${path}/`)))
    const names = plan ? open.map((path) => named(plan, path)) : []
    const more = names.length > SHOWN ? t('work.cases.moreSteps', { count: names.length - SHOWN }) : ''
    return listIn(names.slice(0, SHOWN), language) + more
  }
}

function CaseTable({ cases }: { cases: Case[] }) {
  const { t } = useTranslation()
  const { language, text } = useLanguage()
  const titles = useProcessTitle()
  const standing = useStanding(cases)
  const columns: TableColumnsType<Case> = [
    {
      title: t('work.cases.case'),
      render: (_, one) => (
        <div>
          <Link to={`/cases/${one.id}`} className="cases-title">
            {text(one.title) || titles(one.process)}
          </Link>
          <div className="soft cases-small">{titles(one.process)}</div>
        </div>
      ),
    },
    { title: t('work.cases.status'), width: 110, render: (_, one) => <StatusTag about={one} /> },
    { title: t('work.cases.stands'), width: 200, render: (_, one) => standing(one) || <span className="soft">—</span> },
    { title: t('work.tasks.initiator'), width: 140, render: (_, one) => <PersonName id={one.initiator} /> },
    { title: t('work.cases.started'), width: 150, render: (_, one) => whenText(one.started_at, language) },
    { title: t('work.cases.ended'), width: 150, render: (_, one) => whenText(one.ended_at, language) || '—' },
  ]
  return <Table<Case> rowKey="id" columns={columns} dataSource={cases} pagination={false} size="middle" />
}

function CaseCards({ cases }: { cases: Case[] }) {
  const { language, text } = useLanguage()
  const titles = useProcessTitle()
  const standing = useStanding(cases)
  return (
    <ul className="case-cards">
      {cases.map((one) => (
        <li key={one.id}>
          <Link to={`/cases/${one.id}`} className="case-card">
            <span className="case-card-line">
              <strong>{text(one.title) || titles(one.process)}</strong>
              <StatusTag about={one} />
            </span>
            <span className="case-card-line soft">
              <span>{[titles(one.process), standing(one)].filter(Boolean).join(' · ')}</span>
              <span>{whenText(one.started_at, language)}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}

export function CaseList() {
  const { t } = useTranslation()
  const phone = usePhone()
  const [asked, ask] = useAsked()
  const found = useCases(asked)
  const cases = found.data?.pages.flatMap((page) => page.items) ?? []
  const filtered = Boolean(asked.text || asked.process || asked.status)
  return (
    <Page title={t('work.cases.title')} about={t('work.cases.about')}>
      <div className="panel cases">
        <Filters asked={asked} ask={ask} />
        <Refusal error={found.error} retry={() => void found.refetch()} />
        {found.isPending && <Loading />}
        {found.isSuccess && cases.length === 0 && (
          <Nothing
            icon={filtered ? <SearchOutlined /> : <ProfileOutlined />}
            title={t(filtered ? 'work.cases.emptyFound' : 'work.cases.empty')}
            hint={t(filtered ? 'work.tasks.emptyFoundHint' : 'work.cases.emptyHint')}
            action={
              filtered ? (
                <Button onClick={() => ask({ text: '', process: '', status: '' })}>{t('work.tasks.clear')}</Button>
              ) : (
                <StartOne />
              )
            }
          />
        )}
        {cases.length > 0 && (phone ? <CaseCards cases={cases} /> : <CaseTable cases={cases} />)}
        <NextPage found={found} />
      </div>
    </Page>
  )
}
