/** My tasks: to do, to claim, done; as a table, or as cards on a phone. */
import { CheckCircleOutlined, SearchOutlined } from '@ant-design/icons'
import { Button, Select, Switch, Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { Loading } from '../../app/Loading'
import { Nothing } from '../../shared/Nothing'
import { Page } from '../../shared/Page'
import { Refusal } from '../../shared/Refusal'
import { usePhone } from '../../shared/usePhone'
import { useCounts } from '../counts'
import { NextPage, ProcessSelect, StartOne, WordsInput } from '../lists'
import { TaskCards } from './TaskCards'
import { TaskTable } from './TaskTable'
import { boxes, orders, useAsked, useTasks, type Asked, type Box } from './useTasks'
import './tasks.css'

const ORDER_NAMES = { due: 'work.tasks.byDue', priority: 'work.tasks.byPriority', created: 'work.tasks.byCreated' }

function Boxes({ box, choose }: { box: Box; choose: (box: Box) => void }) {
  const { t } = useTranslation()
  const counts = useCounts()
  const items = boxes.map((one) => ({
    key: one,
    label: (
      <span>
        {t(`work.tasks.${one}`)}
        {counts && one !== 'done' && counts[one] > 0 && <span className="tasks-count">{counts[one]}</span>}
      </span>
    ),
  }))
  return <Tabs activeKey={box} items={items} onChange={(key) => choose(key as Box)} />
}

function Filters({ asked, ask }: { asked: Asked; ask: (change: Partial<Asked>) => void }) {
  const { t } = useTranslation()
  return (
    <div className="tasks-filters">
      <WordsInput text={asked.text} ask={(text) => ask({ text })} className="tasks-search" />
      <ProcessSelect process={asked.process} ask={(process) => ask({ process })} className="tasks-process" />
      {asked.box !== 'done' && (
        <>
          <Select
            aria-label={t('work.tasks.order')}
            value={asked.order}
            onChange={(order) => ask({ order })}
            options={orders.map((order) => ({ value: order, label: t(ORDER_NAMES[order]) }))}
            className="tasks-order"
          />
          <label className="tasks-late">
            <Switch size="small" checked={asked.overdue} onChange={(overdue) => ask({ overdue })} />
            {t('work.tasks.overdue')}
          </label>
        </>
      )}
    </div>
  )
}

function Empty({ asked, ask }: { asked: Asked; ask: (change: Partial<Asked>) => void }) {
  const { t } = useTranslation()
  if (asked.text || asked.process || asked.overdue)
    return (
      <Nothing
        icon={<SearchOutlined />}
        title={t('work.tasks.emptyFound')}
        hint={t('work.tasks.emptyFoundHint')}
        action={
          <Button onClick={() => ask({ text: '', process: '', overdue: false })}>{t('work.tasks.clear')}</Button>
        }
      />
    )
  const [title, hint] = {
    todo: ['work.tasks.emptyTodo', 'work.tasks.emptyTodoHint'],
    pool: ['work.tasks.emptyPool', 'work.tasks.emptyPoolHint'],
    done: ['work.tasks.emptyDone', 'work.tasks.emptyDoneHint'],
  }[asked.box] as [string, string]
  return (
    <Nothing
      icon={<CheckCircleOutlined />}
      title={t(title)}
      hint={t(hint)}
      action={asked.box === 'todo' ? <StartOne /> : undefined}
    />
  )
}

export function TaskList() {
  const { t } = useTranslation()
  const phone = usePhone()
  const [asked, ask] = useAsked()
  const found = useTasks(asked)
  const tasks = found.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Page title={t('work.tasks.title')} about={t('work.tasks.about')}>
      <div className="panel tasks">
        <Boxes box={asked.box} choose={(box) => ask({ box })} />
        <Filters asked={asked} ask={ask} />
        <Refusal error={found.error} retry={() => void found.refetch()} />
        {found.isPending && <Loading />}
        {found.isSuccess && tasks.length === 0 && <Empty asked={asked} ask={ask} />}
        {tasks.length > 0 && (phone ? <TaskCards tasks={tasks} /> : <TaskTable tasks={tasks} box={asked.box} />)}
        <NextPage found={found} />
      </div>
    </Page>
  )
}
