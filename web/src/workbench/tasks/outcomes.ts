/** What became of a task or a case, in words: the title that its process gives the outcome, else that of the usual ones. */
import type { TFunction } from 'i18next'
import type { Body, Plan, PlanNode } from '../plan'
import type { Task } from './useTasks'

/** What has happened is told otherwise than what may be done: a button says Approve, a list Approved. */
const VERBS: Record<string, string> = { approved: 'work.verb.approve', rejected: 'work.verb.reject' }
const usual = [
  ...['done', 'approved', 'rejected', 'returned', 'withdrawn', 'abstained', 'cancelled', 'transferred', 'granted', 'refused'],
  ...['accepted', 'closed', 'completed', 'failed', 'expired', 'skipped', 'resolved', 'fulfilled', 'delivered', 'paid'],
]
type Reads = (value: unknown) => string

/** An outcome by its title; one without by what is usual; where nothing is, by its id. */
export function outcomeName(id: string, title: string, t: TFunction): string {
  if (title && title !== id) return title
  return usual.includes(id) ? t(`work.outcome.${id}`) : title || id
}

export function outcomeText(task: Task, text: Reads, t: TFunction): string {
  const id = task.outcome ?? task.status
  const known = Array.isArray(task.outcomes) ? (task.outcomes as { id: string; title?: unknown }[]) : []
  const title = text(known.find((one) => one.id === id)?.title)
  const verb = VERBS[id]
  return outcomeName(id, verb && title === t(verb) ? '' : title, t)
}

/** An outcome of a node, as its process calls it. */
export function answerName(node: PlanNode | undefined, id: string, text: Reads, t: TFunction): string {
  const known = node?.params?.outcomes as Record<string, { title?: unknown }> | undefined
  return outcomeName(id, text(known?.[id]?.title), t)
}

const endOf = (body: Body | undefined, outcome: string): PlanNode | undefined =>
  Object.values(body?.nodes ?? {}).find((node) => node.kind === 'end' && node.params?.outcome === outcome)

/** How a case ended: what the end is called that gives this outcome. */
export function endName(plan: Plan | undefined, outcome: string, text: Reads, t: TFunction): string {
  return outcomeName(outcome, text(endOf(plan?.body, outcome)?.title), t)
}
