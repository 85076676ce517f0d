/** Tasks as a table, for wide windows. */
import { Table, Tag, type TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useLanguage } from '../../i18n'
import { Due } from '../../shared/Due'
import { whenText } from '../../shared/when'
import { useProcessTitle } from '../processes'
import { outcomeText } from './outcomes'
import type { Box, Task } from './useTasks'

export function TaskTable({ tasks, box }: { tasks: Task[]; box: Box }) {
  const { t } = useTranslation()
  const { language, text } = useLanguage()
  const titles = useProcessTitle()
  const columns: TableColumnsType<Task> = [
    {
      title: t('work.tasks.task'),
      render: (_, task) => (
        <div className="tasks-what">
          <Link to={`/tasks/${task.id}`}>{text(task.title) || task.node}</Link>
          {task.priority === 1 && box !== 'done' && <Tag color="error">{t('shared.urgent')}</Tag>}
        </div>
      ),
    },
    {
      title: t('work.tasks.case'),
      render: (_, task) => (
        <div>
          <div>{text(task.case_title) || titles(task.process)}</div>
          <div className="soft tasks-small">{titles(task.process)}</div>
        </div>
      ),
    },
    box === 'done'
      ? { title: t('work.tasks.outcome'), width: 140, render: (_, task) => outcomeText(task, text, t) }
      : { title: t('work.tasks.due'), width: 190, render: (_, task) => <Due at={task.due_at} late={task.breached} /> },
    box === 'done'
      ? { title: t('work.tasks.closed'), width: 150, render: (_, task) => whenText(task.closed_at, language) }
      : { title: t('work.tasks.arrived'), width: 150, render: (_, task) => whenText(task.opened_at, language) },
  ]
  return <Table<Task> rowKey="id" columns={columns} dataSource={tasks} pagination={false} size="middle" />
}
