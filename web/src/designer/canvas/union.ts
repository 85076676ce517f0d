/** Two versions of a process as one graph, with what became of each node and edge. Pure. */
import type { Mark } from '../flow/Card'
import type { Change, FlowEdge, Model } from '../types'

export type Union = { model: Model; marks: Record<string, Mark>; looks: Record<string, string> }

const way = (edge: FlowEdge) => JSON.stringify([edge.id, edge.from, edge.to, edge.when ?? null])

export function unionOf(before: Model, after: Model, changes: readonly Change[]): Union {
  const was = new Set(before.nodes.map((node) => node.id))
  const is = new Set(after.nodes.map((node) => node.id))
  const marks: Record<string, Mark> = {}
  for (const change of changes) if (change.node !== null && is.has(change.node) && was.has(change.node)) marks[change.node] = 'changed'
  for (const id of is) if (!was.has(id)) marks[id] = 'added'
  for (const id of was) if (!is.has(id)) marks[id] = 'removed'
  const old = new Set(before.edges.map(way))
  const now = new Set(after.edges.map(way))
  const looks: Record<string, string> = {}
  for (const edge of after.edges) if (!old.has(way(edge))) looks[edge.id] = 'added'
  const gone = before.edges.filter((edge) => !now.has(way(edge)) && edge.way !== 'start').map((edge) => ({ ...edge, id: `-${edge.id}` }))
  for (const edge of gone) looks[edge.id] = 'removed'
  return {
    model: { ...after, nodes: [...after.nodes, ...before.nodes.filter((node) => !is.has(node.id))], edges: [...after.edges, ...gone] },
    marks,
    looks,
  }
}
