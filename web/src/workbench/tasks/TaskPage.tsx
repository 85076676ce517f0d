/** One task: what the case knows, the desk to do it at, and what has happened so far. */
import { App, Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate, useParams } from 'react-router'
import { Loading } from '../../app/Loading'
import { useLanguage } from '../../i18n'
import { Due } from '../../shared/Due'
import { Page } from '../../shared/Page'
import { PersonTag } from '../../shared/people'
import { Missing } from '../../shared/Missing'
import { CaseData } from '../cases/CaseData'
import { CaseTalk } from '../cases/CaseTalk'
import { CaseTimeline } from '../cases/CaseTimeline'
import { useCase } from '../cases/useCase'
import { nodeAt } from '../plan'
import { usePlan, useProcessTitle } from '../processes'
import { TaskDesk } from './TaskDesk'
import { useTask, type Sent } from './useTask'
import { isAnswer } from './verbs'
import './tasks.css'
import '../workbench.css'

/** After these the task is no more the user's, so he goes on with the next one. */
const LEAVING = ['transfer', 'release', 'return', 'withdraw']

export function TaskPage() {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const { message } = App.useApp()
  const navigate = useNavigate()
  const { task: id = '' } = useParams()
  const asked = useTask(id)
  const task = asked.data
  const found = useCase(task?.case)
  const about = found.data?.case
  const plan = usePlan(about?.process, about?.version).data
  const processTitle = useProcessTitle()
  if (asked.isPending) return <Loading />
  if (!task) return <Missing error={asked.error} retry={() => void asked.refetch()} back="/tasks" label={t('app.home')} />
  const nodeTitle = (node: string) => text(nodeAt(plan, node)?.title) || node
  const done = ({ verb }: Sent) => {
    void message.success(t('work.desk.done', { verb: t(`work.verb.${verb}`) }))
    if (isAnswer(verb) || LEAVING.includes(verb)) navigate('/tasks')
  }
  const title = text(task.title) || nodeTitle(task.node)
  return (
    <Page
      title={title}
      back="/tasks"
      about={
        <span className="task-about">
          <Link to={`/cases/${task.case}`}>{text(task.case_title) || processTitle(task.process)}</Link>
          <span>{processTitle(task.process)}</span>
          {about?.initiator && <PersonTag id={about.initiator} />}
          {task.status === 'open' && <Due at={task.due_at} late={task.breached} />}
          {task.priority === 1 && <Tag color="error">{t('shared.urgent')}</Tag>}
        </span>
      }
    >
      <div className="task-page">
        <div className="task-main">
          {about && <CaseData about={about} plan={plan} />}
          <TaskDesk key={id} task={task} nodeTitle={nodeTitle} onDone={done} />
        </div>
        <div className="task-side">
          {about && <CaseTimeline about={about} plan={plan} />}
          {about && <CaseTalk about={about} />}
        </div>
      </div>
    </Page>
  )
}
