/** The data that a node is tried with: what it begins with, and the same as text. Pure. */
import type { FlowNode, Model } from '../../designer/types'
import type { Given, Pin, Run } from './types'

export type Source = 'pinned' | 'last' | 'simulation' | 'scenario' | 'example'

export const bare = (initiator: string): Given => ({ data: {}, initiator, items: {}, brought: {}, answers: [], picked: {} })

/** The foreach nodes around a node, outermost first. */
export function around(model: Model, node: string): FlowNode[] {
  const parts = node.split('/').slice(0, -1)
  const found = parts.map((_, index) => model.nodes.find((one) => one.id === parts.slice(0, index + 1).join('/')))
  return found.filter((one): one is FlowNode => one?.kind === 'foreach')
}

/** What is pinned, else what was tried last unless a simulation has come since; null: the server is asked. */
export function first(pin: Pin | undefined, run: Run | undefined, playedAt: number | undefined): { source: Source; given: Given } | null {
  if (pin !== undefined) return { source: 'pinned', given: pin.given }
  if (run !== undefined && run.at >= (playedAt ?? 0)) return { source: 'last', given: run.given }
  return null
}

const KEYS = ['data', 'initiator', 'items', 'brought', 'answers', 'picked'] as const

export function written(given: Given): string {
  return JSON.stringify(Object.fromEntries(KEYS.map((key) => [key, given[key]])), null, 2)
}

/** What was written, or the first key that is not as it must be. */
export function parsedGiven(found: Record<string, unknown>, before: Given): { given: Given } | { bad: string } {
  for (const key of Object.keys(found)) if (!(KEYS as readonly string[]).includes(key)) return { bad: key }
  for (const key of KEYS) {
    const value = found[key]
    const right = value === undefined || (key === 'initiator' ? typeof value === 'string' : key === 'answers' ? Array.isArray(value) : typeof value === 'object' && value !== null && !Array.isArray(value))
    if (!right) return { bad: key }
  }
  const { people, settings, at } = before
  return { given: { ...bare(''), people, settings, at, ...(found as Partial<Given>) } }
}
