/** One case: how it stands, its diagram as it runs, what it knows, what happened, what people say. */
import { Skeleton, Tag } from 'antd'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { Loading } from '../../app/Loading'
import { useMe } from '../../auth/session'
import { useLanguage } from '../../i18n'
import { Due } from '../../shared/Due'
import { Page } from '../../shared/Page'
import { PeopleNames, PersonTag } from '../../shared/people'
import { Missing } from '../../shared/Missing'
import { usePhone } from '../../shared/usePhone'
import { whenText } from '../../shared/when'
import { nodeAt, type Plan } from '../plan'
import { usePlan, useProcessTitle } from '../processes'
import { endName } from '../tasks/outcomes'
import { CaseData } from './CaseData'
import { CaseTalk } from './CaseTalk'
import { CaseTimeline } from './CaseTimeline'
import { StatusTag } from './StatusTag'
import { useCase, useTimeline, type Case } from './useCase'
import type { Schema } from '../../api/client'
import './cases.css'
import '../workbench.css'

const Diagram = lazy(() => import('../../diagram/Diagram'))
const CaseDeliveries = lazy(() => import('../deliveries/CaseDeliveries'))

function Waiting({ tasks, plan }: { tasks: Schema<'Task'>[]; plan: Plan | undefined }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const me = useMe()
  if (tasks.length === 0) return null
  return (
    <section className="panel" aria-label={t('work.case.waits')}>
      <div className="panel-head">
        <h2>{t('work.case.waits')}</h2>
      </div>
      <ul className="case-waiting">
        {tasks.map((task) => {
          const mine = task.candidates.includes(me.person)
          const title = text(task.title) || text(nodeAt(plan, task.path)?.title) || task.node
          return (
            <li key={task.id}>
              <Link to={`/tasks/${task.id}`} className={mine ? 'case-mine' : undefined}>
                {title}
              </Link>
              <span className="soft">
                <PeopleNames ids={task.claimer ? [task.claimer] : task.candidates} />
              </span>
              <Due at={task.due_at} late={task.breached} />
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function Live({ about, tasks, plan }: { about: Case; tasks: Schema<'Task'>[]; plan: Plan | undefined }) {
  const { t } = useTranslation()
  const lines = useTimeline(about).data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section className="panel" aria-label={t('work.case.diagram')}>
      <div className="panel-head">
        <h2>{t('work.case.diagram')}</h2>
        <ul className="diagram-legend" aria-hidden="true">
          {(['done', 'running', 'late', 'failed'] as const).map((state) => (
            <li key={state} data-state={state}>
              {t(`work.diagram.${state}`)}
            </li>
          ))}
        </ul>
      </div>
      <div className="case-diagram">
        <Suspense fallback={<Skeleton active />}>
          {plan && <Diagram plan={plan} about={about} tasks={tasks} lines={lines} />}
        </Suspense>
      </div>
    </section>
  )
}

export function CasePage() {
  const { t } = useTranslation()
  const { language, text } = useLanguage()
  const phone = usePhone()
  const operates = useMe().permissions.includes('notices.see')
  const { case: id = '' } = useParams()
  const asked = useCase(id)
  const titles = useProcessTitle()
  const about = asked.data?.case
  const plan = usePlan(about?.process, about?.version).data
  if (asked.isPending) return <Loading />
  if (!asked.data || !about) return <Missing error={asked.error} retry={() => void asked.refetch()} back="/cases" label={t('work.case.toList')} />
  const { tasks } = asked.data
  const title = text(about.title) || titles(about.process)
  const waiting = <Waiting tasks={tasks} plan={plan} />
  const live = <Live about={about} tasks={tasks} plan={plan} />
  const data = <CaseData about={about} plan={plan} />
  const timeline = <CaseTimeline about={about} plan={plan} />
  const talk = <CaseTalk about={about} />
  const sent = operates && (
    <Suspense>
      <CaseDeliveries id={about.id} />
    </Suspense>
  )
  return (
    <Page
      name={title}
      title={
        <span className="case-title">
          {title} <StatusTag about={about} />
          {about.status === 'done' && about.outcome && about.outcome !== 'done' && <Tag data-testid="case-outcome">{endName(plan, about.outcome, text, t)}</Tag>}
        </span>
      }
      back="/cases"
      about={
        <span className="task-about">
          <span>
            {titles(about.process)} · {t('work.start.version', { number: about.version })}
          </span>
          {about.initiator && <PersonTag id={about.initiator} />}
          <span>{t('work.case.startedAt', { time: whenText(about.started_at, language) })}</span>
          {about.ended_at && <span>{t('work.case.endedAt', { time: whenText(about.ended_at, language) })}</span>}
        </span>
      }
    >
      {phone ? (
        <div className="task-main">
          {waiting}
          {timeline}
          {data}
          {live}
          {talk}
          {sent}
        </div>
      ) : (
        <div className="task-page">
          <div className="task-main">
            {waiting}
            {live}
            {data}
          </div>
          <div className="task-side">
            {timeline}
            {talk}
            {sent}
          </div>
        </div>
      )}
    </Page>
  )
}
