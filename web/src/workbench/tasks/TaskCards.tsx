/** Tasks as cards that are pressed as a whole, for phones. */
import { Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useLanguage } from '../../i18n'
import { Due } from '../../shared/Due'
import { whenText } from '../../shared/when'
import { useProcessTitle } from '../processes'
import { outcomeText } from './outcomes'
import type { Task } from './useTasks'

export function TaskCards({ tasks }: { tasks: Task[] }) {
  const { t } = useTranslation()
  const { language, text } = useLanguage()
  const titles = useProcessTitle()
  return (
    <ul className="task-cards">
      {tasks.map((task) => (
        <li key={task.id}>
          <Link to={`/tasks/${task.id}`} className="task-card">
            <span className="task-card-head">
              <strong>{text(task.title) || task.node}</strong>
              {task.priority === 1 && task.status === 'open' && <Tag color="error">{t('shared.urgent')}</Tag>}
            </span>
            <span>{text(task.case_title)}</span>
            <span className="task-card-foot soft">
              <span>{titles(task.process)}</span>
              {task.status === 'open' ? (
                <Due at={task.due_at} late={task.breached} />
              ) : (
                <span>
                  {outcomeText(task, text, t)} · {whenText(task.closed_at, language)}
                </span>
              )}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
