/** My tasks: to do, to claim, done; as a table, or as cards on a phone. */
import { AppstoreAddOutlined, CheckCircleOutlined, SearchOutlined } from '@ant-design/icons'
import { Button, Input, Select, Switch, Tabs } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Loading } from '../../app/Loading'
import { Nothing } from '../../shared/Nothing'
import { Page } from '../../shared/Page'
import { Refusal } from '../../shared/Refusal'
import { usePhone } from '../../shared/usePhone'
import { useCounts } from '../counts'
import { useProcesses, useProcessTitle } from '../processes'
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
  const titles = useProcessTitle()
  const found = useProcesses().data?.items ?? []
  const [words, setWords] = useState(asked.text)
  useEffect(() => setWords(asked.text), [asked.text])
  useEffect(() => {
    if (words === asked.text) return
    const wait = setTimeout(() => ask({ text: words }), 300)
    return () => clearTimeout(wait)
  })
  return (
    <div className="tasks-filters">
      <Input
        allowClear
        prefix={<SearchOutlined />}
        placeholder={t('work.tasks.search')}
        aria-label={t('work.tasks.search')}
        value={words}
        maxLength={100}
        onChange={(event) => setWords(event.target.value)}
        className="tasks-search"
      />
      <Select
        aria-label={t('work.tasks.process')}
        value={asked.process}
        onChange={(process) => ask({ process })}
        options={[
          { value: '', label: t('work.tasks.everyProcess') },
          ...found.map((one) => ({ value: one.process, label: titles(one.process) })),
        ]}
        className="tasks-process"
      />
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
  const start = (
    <Link to="/start">
      <Button type="primary" icon={<AppstoreAddOutlined />}>
        {t('work.tasks.startOne')}
      </Button>
    </Link>
  )
  return (
    <Nothing
      icon={<CheckCircleOutlined />}
      title={t(title)}
      hint={t(hint)}
      action={asked.box === 'todo' ? start : undefined}
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
        {found.hasNextPage && (
          <div className="tasks-more">
            <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
              {t('work.tasks.more')}
            </Button>
          </div>
        )}
      </div>
    </Page>
  )
}
