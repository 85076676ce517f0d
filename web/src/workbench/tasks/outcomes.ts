/** What became of a task, in words: the title that its process gives the outcome, else that of the usual ones. */
import type { TFunction } from 'i18next'
import type { Task } from './useTasks'

/** What has happened is told otherwise than what may be done: a button says Approve, a list Approved. */
const VERBS: Record<string, string> = { approved: 'work.verb.approve', rejected: 'work.verb.reject' }
const usual = ['done', 'approved', 'rejected', 'returned', 'withdrawn', 'abstained', 'cancelled', 'transferred']

export function outcomeName(id: string, title: string, t: TFunction): string {
  if (title && title !== id) return title
  return usual.includes(id) ? t(`work.outcome.${id}`) : title || id
}

export function outcomeText(task: Task, text: (value: unknown) => string, t: TFunction): string {
  const id = task.outcome ?? task.status
  const known = Array.isArray(task.outcomes) ? (task.outcomes as { id: string; title?: unknown }[]) : []
  const title = text(known.find((one) => one.id === id)?.title)
  const verb = VERBS[id]
  return outcomeName(id, verb && title === t(verb) ? '' : title, t)
}
