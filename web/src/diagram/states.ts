/** How every node and edge of a process stands in one case, read from its journal. Bodies count for what holds them. */
import type { Schema } from '../api/client'

export type NodeState = 'done' | 'running' | 'late' | 'failed' | 'skipped' | 'withdrawn'
export type Standing = { state: NodeState; visits: number }
type Line = Pick<Schema<'Line'>, 'kind' | 'path' | 'data'>

/** The node of the process's own graph that a visit path lies in: `lines[2]/pick#2` is `lines`. */
export const topOf = (path: string) => (path.split('/')[0] ?? '').replace(/[#[].*$/, '')
const isTop = (path: string) => !path.includes('/')

export function standings(lines: readonly Line[], late: readonly string[]): Map<string, Standing> {
  const found = new Map<string, Standing>()
  const put = (node: string, state: NodeState, visit = false) => {
    const before = found.get(node)
    found.set(node, { state, visits: (before?.visits ?? 0) + (visit ? 1 : 0) })
  }
  for (const { kind, path } of lines) {
    const node = topOf(path)
    if (!node) continue
    if (kind === 'incident_opened') put(node, 'failed')
    else if (kind === 'incident_closed' && found.get(node)?.state === 'failed') put(node, 'running')
    else if (!isTop(path)) continue
    else if (kind === 'node_entered') put(node, 'running', true)
    else if (kind === 'node_left') put(node, 'done')
    else if (kind === 'node_passed') put(node, 'skipped')
    else if (kind === 'node_withdrawn') put(node, 'withdrawn')
  }
  for (const path of late) {
    const node = topOf(path)
    if (found.get(node)?.state === 'running') put(node, 'late')
  }
  return found
}

/** Edges that were taken, as `from>to`. */
export function taken(lines: readonly Line[]): Set<string> {
  const found = new Set<string>()
  let passed = ''
  for (const { kind, path, data } of lines) {
    if (!isTop(path)) continue
    const from = topOf(path)
    // A node that is passed does not say where to: to what comes next.
    if (passed && (kind === 'node_entered' || kind === 'node_passed')) {
      found.add(`${passed}>${from}`)
      passed = ''
    }
    if (kind === 'node_passed') passed = from
    const to = kind === 'node_left' ? data?.to : kind === 'edge_taken' ? data?.to : undefined
    for (const one of Array.isArray(to) ? to : [to]) if (typeof one === 'string' && from) found.add(`${from}>${one}`)
  }
  return found
}
