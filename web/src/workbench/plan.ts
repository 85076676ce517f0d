/** The parts of a plan that the front end reads; shapes as in `waystation/contracts/plan.py`. */
import type { Text } from '../i18n'

export type Edge = { to: string; outcome?: string; when?: string; otherwise?: boolean }
export type Boundary = { on: 'error' | 'deadline' | 'message'; to: string; interrupt?: boolean; code?: string }
export type PlanNode = {
  kind: string
  edges?: Edge[]
  params?: Record<string, unknown>
  body?: Body
  title?: Text
  description?: Text
  on?: Boundary[]
}
export type Body = { at: string; nodes: Record<string, PlanNode> }

export type Field = {
  type?: string
  format?: string
  widget?: string
  title?: Text
  help?: Text
  enum?: unknown[]
  default?: unknown
  required?: boolean | string | string[]
  show_if?: string | boolean
  value?: string
  items?: Field
  properties?: Record<string, Field>
  max?: number
  [word: string]: unknown
}
export type Form = {
  title?: Text
  description?: Text
  fields?: Record<string, Field>
  layout?: (string | string[])[]
  by_region?: Record<string, { add?: Record<string, Field>; remove?: string[] }>
}
export type Plan = {
  process: string
  title?: Text
  description?: Text
  start: { at: string; form?: string; message?: unknown; every?: unknown }
  body: Body
  data?: Record<string, Field>
  forms?: Record<string, Form>
  access?: { start?: string[]; see?: string[]; operate?: string[] }
  withdraw?: { until?: string }
}

/** The node of a visit path such as `lines[2]/pick#2`, however deep its body lies. */
export function nodeAt(plan: Plan | undefined, path: string): PlanNode | undefined {
  let body: Body | undefined = plan?.body
  let found: PlanNode | undefined
  for (const part of path.split('/')) {
    found = body?.nodes[part.replace(/[#[].*$/, '')]
    body = found?.body
  }
  return found
}
