/** What a person does to a flow, as operations of the API. Both views use these. */
import type { Catalogue, Config, FlowNode, Kind, Model, Op } from '../types'

/** Something that the menu offers: a kind, an action, or a small pattern of several nodes. */
export type Pick = { kind: string; config?: Config; pattern?: 'choice' | 'parallel' }

/** An id that no node of the body has. */
export function newId(model: Model, around: string | null, base: string, taken: readonly string[] = []): string {
  const names = new Set([...model.nodes.filter((node) => node.in === around).map((node) => node.name), ...taken])
  const stem = base.replace(/[^a-z0-9_]+/g, '_').replace(/^[^a-z]+/, '') || 'node'
  for (let number = 1; ; number += 1) if (!names.has(`${stem}_${number}`)) return `${stem}_${number}`
}

const address = (around: string | null, name: string) => (around === null ? name : `${around}/${name}`)
const parentOf = (id: string) => (id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : null)

function onto(edges: readonly string[], to: string, name: string, kind: string, config: Config | undefined): Op[] {
  const around = parentOf(to)
  if (edges.length === 1) return [{ op: 'add_node', kind, id: name, on_edge: edges[0], ...(config ? { config } : {}) }]
  const next = to.endsWith('/end') || to === 'end' ? 'end' : to
  const add: Op = { op: 'add_node', kind, id: name, next, ...(around ? { in: around } : {}), ...(config ? { config } : {}) }
  return [add, ...edges.map((edge) => ({ op: 'set_edge', edge, to: address(around, name) }))]
}

/**
 * Puts a new node before `to`, on all the edges that lead there from above.
 * @param kind the catalogue's entry: its `new` is what the node begins with
 */
export function insert(model: Model, edges: readonly string[], to: string, pick: Pick, kind: Kind | undefined): Op[] {
  const around = parentOf(to)
  const config = { ...kind?.new, ...pick.config }
  if (pick.pattern === undefined) {
    const base = typeof config.do === 'string' && config.do ? config.do.split('.').pop()! : pick.kind
    return onto(edges, to, newId(model, around, base), pick.kind, config)
  }
  const head = newId(model, around, pick.kind)
  const own = address(around, head)
  const target = to.endsWith('/end') || to === 'end' ? to : to
  if (pick.pattern === 'choice')
    return [
      ...onto(edges, to, head, 'choice', {}),
      { op: 'connect', from: own, to: target, way: 'branch', when: '${ true }' },
    ]
  const meet = newId(model, around, 'join')
  const tasks = [newId(model, around, 'approval'), newId(model, around, 'approval', [newId(model, around, 'approval')])]
  const asked = { approvers: [{ manager_of: 'initiator' }], mode: 'any' }
  return [
    ...onto(edges, to, head, 'fork', {}),
    { op: 'add_node', kind: 'join', id: meet, on_edge: `${own}:branch:0` },
    { op: 'connect', from: own, to: address(around, meet), way: 'branch' },
    { op: 'add_node', kind: 'approval', id: tasks[0]!, on_edge: `${own}:branch:0`, config: asked },
    { op: 'add_node', kind: 'approval', id: tasks[1]!, on_edge: `${own}:branch:1`, config: asked },
  ]
}

/** Another branch of a choice or fork, straight to where its branches meet. */
export function addBranch(node: FlowNode, to: string): Op[] {
  const when = node.kind === 'choice' ? { when: '${ true }' } : {}
  return [{ op: 'connect', from: node.id, to, way: 'branch', ...when }]
}

/** A loose node, as dropped on the canvas. */
export function drop(model: Model, pick: Pick, kind: Kind | undefined, at: { x: number; y: number }): Op[] {
  const name = newId(model, null, pick.kind)
  const config = { ...kind?.new, ...pick.config }
  return [
    { op: 'add_node', kind: pick.kind, id: name, config },
    { op: 'layout', nodes: { [name]: { x: Math.round(at.x), y: Math.round(at.y) } } },
  ]
}

/** How an edge that was drawn from one node to another is to be read. */
export function drawn(model: Model, catalogue: Catalogue, from: string, to: string, outcome: string | null): Op[] {
  const source = model.nodes.find((node) => node.id === from)
  const exit = catalogue.kinds.find((kind) => kind.kind === source?.kind)?.exit
  if (exit === 'conditions') return addBranch(source!, to)
  if (outcome !== null && outcome !== 'next') return [{ op: 'connect', from, to, way: 'outcome', outcome }]
  return [{ op: 'connect', from, to, way: 'next' }]
}

/** Nodes as text for the clipboard, with the edges between them. */
export function copied(model: Model, ids: readonly string[]): string {
  const nodes = model.nodes.filter((node) => ids.includes(node.id)).map(({ name, kind, title, config }) => ({ name, kind, title, config }))
  return JSON.stringify({ waystation: 'nodes', nodes })
}

/** Operations that put copied nodes (also of another process) in, before `to`. */
export function pasted(model: Model, text: string, edges: readonly string[], to: string): Op[] {
  let found: { waystation?: string; nodes?: { name: string; kind: string; title?: unknown; config: Config }[] }
  try {
    found = JSON.parse(text)
  } catch {
    return []
  }
  if (found?.waystation !== 'nodes' || !Array.isArray(found.nodes)) return []
  const taken: string[] = []
  const ops: Op[] = []
  let into = edges
  for (const node of found.nodes.slice(0, 100)) {
    const name = newId(model, parentOf(to), String(node.name).replace(/_\d+$/, ''), taken)
    taken.push(name)
    const made = onto(into, to, name, String(node.kind), node.config)
    ops.push(...made.map((op) => (op.op === 'add_node' && node.title ? { ...op, title: node.title } : op)))
    into = [`${address(parentOf(to), name)}:next`]
    if (node.kind === 'approval') into = [`${address(parentOf(to), name)}:outcome:approved`]
    if (node.kind === 'choice' || node.kind === 'fork') into = [`${address(parentOf(to), name)}:branch:0`]
    if (node.kind === 'end') break
  }
  return ops
}
