/** Which step of the designer a problem or a change belongs to. */
import type { Path, Problem } from '../types'

export const steps = ['basics', 'form', 'flow', 'settings', 'publish'] as const
export type StepName = (typeof steps)[number]

const BASICS = ['process', 'title', 'description', 'family', 'title_of_case', 'access']
const FLOW = ['nodes', 'on']

export function stepOf(problem: Pick<Problem, 'node' | 'path'>): StepName {
  const head = String(problem.path[0] ?? '')
  if (problem.node !== null || FLOW.includes(head)) return 'flow'
  if (head === 'forms') return 'form'
  if (head === 'start') return problem.path[1] === 'at' ? 'flow' : 'form'
  return BASICS.includes(head) ? 'basics' : 'settings'
}

/** Errors of each step. */
export function errorsByStep(problems: readonly Problem[]): Record<StepName, number> {
  const found: Record<StepName, number> = { basics: 0, form: 0, flow: 0, settings: 0, publish: 0 }
  for (const problem of problems) if (problem.severity === 'error') found[stepOf(problem)] += 1
  return found
}

/** The form and field that a path names: `["forms", "leave", "fields", "days"]`. */
export function fieldAt(path: Path): string | null {
  return path[0] === 'forms' && path[2] === 'fields' && path[3] !== undefined ? String(path[3]) : null
}
