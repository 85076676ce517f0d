/** Which branches of a node a sample takes, by the engine's rules: a choice the first that holds, a fork each. Pure. */
import type { FlowEdge } from '../../types'
import type { Result } from './evaluate'

/** `stuck`: its condition fails, and the case would stand still here; `unknown`: nothing can be said yet. */
export type Fate = 'taken' | 'left' | 'stuck' | 'unknown'

const isDefault = (edge: FlowEdge) => edge.when === undefined || edge.when === null

/** `results` are those of the conditions, by edge. */
export function fates(kind: string, edges: readonly FlowEdge[], results: Readonly<Record<string, Result | undefined>>): Record<string, Fate> {
  return kind === 'fork' ? forked(edges, results) : chosen(edges, results)
}

function holds(result: Result | undefined): boolean | 'stuck' | 'unknown' {
  if (result === undefined) return 'unknown'
  return result.problem ? 'stuck' : result.value === true
}

function chosen(edges: readonly FlowEdge[], results: Readonly<Record<string, Result | undefined>>): Record<string, Fate> {
  const found: Record<string, Fate> = {}
  let over = false
  let unsure = false
  for (const edge of edges.filter((one) => !isDefault(one))) {
    const held: ReturnType<typeof holds> = over ? false : holds(results[edge.id])
    found[edge.id] = unsure && !over ? 'unknown' : held === true ? 'taken' : held === false ? 'left' : held
    over ||= held === true || held === 'stuck'
    unsure ||= held === 'unknown'
  }
  for (const edge of edges.filter(isDefault)) {
    found[edge.id] = unsure ? 'unknown' : over ? 'left' : 'taken'
    over = true
  }
  return found
}

function forked(edges: readonly FlowEdge[], results: Readonly<Record<string, Result | undefined>>): Record<string, Fate> {
  const asked = edges.filter((edge) => !isDefault(edge))
  const held = asked.map((edge) => holds(results[edge.id]))
  const some = held.includes(true)
  const sure = !held.includes('unknown')
  const stuck = held.includes('stuck')
  const found = Object.fromEntries(asked.map((edge, index): [string, Fate] => [edge.id, held[index] === true ? (stuck ? 'left' : 'taken') : held[index] === false ? 'left' : (held[index] as Fate)]))
  for (const edge of edges.filter(isDefault)) found[edge.id] = asked.length === 0 ? 'taken' : !sure ? 'unknown' : some || stuck ? 'left' : 'taken'
  return found
}
