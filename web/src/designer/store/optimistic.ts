/**
 * What the model will most likely be once the server has done an operation, so that the page need not wait for it.
 * The server's answer replaces it. An operation that is not guessed here leaves the model as it is.
 */
import type { Config, FlowEdge, FlowNode, Layout, Model, Op, Path, Value } from '../types'

export type Shown = { model: Model; layout: Layout }

/** `target` with `value` at `path`; maps on the way are made, nothing is changed in place. `undefined` removes. */
export function withValue(target: Value, path: Path, value: Value): Value {
  const [key, ...rest] = path
  if (key === undefined) return value
  if (Array.isArray(target)) {
    const copy = [...target]
    if (rest.length === 0 && value === undefined) copy.splice(Number(key), 1)
    else copy[Number(key)] = withValue(copy[Number(key)], rest, value)
    return copy
  }
  const copy: Config = { ...(typeof target === 'object' && target !== null ? target : {}) }
  if (rest.length === 0 && value === undefined) delete copy[key]
  else copy[key] = withValue(copy[key], rest, value)
  return copy
}

/** The same map with one key renamed in its place. */
export function withKey(target: Value, path: Path, to: string): Value {
  const parent = path.slice(0, -1).reduce((found: Value, key) => found?.[key], target)
  if (typeof parent !== 'object' || parent === null || Array.isArray(parent)) return target
  const old = path[path.length - 1]
  const renamed = Object.fromEntries(Object.entries(parent).map(([key, value]) => [key === old ? to : key, value]))
  return path.length === 1 ? renamed : withValue(target, path.slice(0, -1), renamed)
}

/** The node at a path of the document, and what is left of the path inside it. */
export function nodeAtPath(model: Model, path: Path): [FlowNode | undefined, Path] {
  const around: string[] = []
  let at = path[0] === 'nodes' ? 1 : path.length
  while (at < path.length) {
    around.push(String(path[at]))
    if (path[at + 1] === 'body' && path[at + 2] === 'nodes') at += 3
    else if (path[at + 1] === 'of' && path.length > at + 2) at += 2
    else return [model.nodes.find((node) => node.id === around.join('/')), path.slice(at + 1)]
  }
  return [undefined, []]
}

const PLACES: Record<string, true> = { start: true, data: true, required: true, access: true, forms: true, tables: true }

function withNode(model: Model, id: string, change: (node: FlowNode) => FlowNode): Model {
  return { ...model, nodes: model.nodes.map((node) => (node.id === id ? change(node) : node)) }
}

function setIn(node: FlowNode, rest: Path, value: Value): FlowNode {
  if (rest[0] === 'title') return withValue(node, rest, value)
  if (rest[0] === 'kind' || rest[0] === 'next' || rest[0] === 'on') return node
  return { ...node, config: withValue(node.config, rest, value) }
}

function setAt(model: Model, path: Path, value: Value): Model {
  const [node, rest] = nodeAtPath(model, path)
  if (node !== undefined && rest.length > 0) return withNode(model, node.id, (found) => setIn(found, rest, value))
  if (path[0] === 'nodes' || path.length === 0) return model
  if (PLACES[String(path[0])]) return withValue(model, path, value)
  if (path[0] === 'process' || path[0] === 'on') return model
  return { ...model, head: withValue(model.head, path, value) }
}

function removeNode(model: Model, id: string): Model {
  const gone = (one: string) => one === id || one.startsWith(`${id}/`)
  const onward = model.edges.find((edge) => edge.from === id && (edge.way === 'next' || edge.way === 'outcome'))
  const to = onward?.to ?? 'end'
  return {
    ...model,
    first: model.first === id ? to : model.first,
    nodes: model.nodes.filter((node) => !gone(node.id)),
    edges: model.edges
      .filter((edge) => !gone(edge.from) || edge.from === '')
      .map((edge) => (edge.to === id ? { ...edge, to } : edge)),
  }
}

const bodyOf = (to: string) => (to.includes('/') ? to.slice(0, to.lastIndexOf('/')) : null)

/** A new node on an edge, before another, or by itself; of its ways out only the next one is guessed. */
function addNode(model: Model, op: Op): Model {
  if (typeof op.id !== 'string') return model
  const on = model.edges.find((edge) => edge.id === op.on_edge)
  if (op.on_edge !== undefined && on === undefined) return model
  const around = on ? bodyOf(on.to) : (op.in ?? null)
  const id = around === null ? op.id : `${around}/${op.id}`
  if (model.nodes.some((node) => node.id === id)) return model
  const node: FlowNode = { id, name: op.id, in: around, kind: op.kind, config: op.config ?? {}, ...(op.title ? { title: op.title } : {}) }
  const to = on?.to ?? op.next
  const out: FlowEdge[] = to && op.kind !== 'end' ? [{ id: `${id}:next`, from: id, to, way: 'next', path: [] }] : []
  return {
    ...model,
    first: on?.way === 'start' ? id : model.first,
    nodes: [...model.nodes, node],
    edges: [...model.edges.map((edge) => (edge.id === on?.id ? { ...edge, to: id } : edge)), ...out],
  }
}

function connect(model: Model, op: Op): Model {
  const way = op.way ?? 'next'
  if (way === 'start') return { ...model, first: op.to, edges: model.edges.map((edge) => (edge.way === 'start' ? { ...edge, to: op.to } : edge)) }
  const index = model.edges.filter((edge) => edge.from === op.from && edge.way === way).length
  const mark = way === 'outcome' ? `:${op.outcome}` : way === 'branch' ? `:${index}` : ''
  const edge: FlowEdge = { id: `${op.from}:${way}${mark}`, from: op.from, to: op.to, way, path: [], ...(op.outcome ? { outcome: op.outcome } : {}), ...(op.when !== undefined ? { when: op.when, index } : {}) }
  return { ...model, edges: [...model.edges.filter((one) => one.id !== edge.id), edge] }
}

function changedEdge(edge: FlowEdge, op: Op): FlowEdge {
  if (edge.id !== op.edge) return edge
  const next = { ...edge, ...(op.to ? { to: op.to } : {}), ...(op.event ? { event: op.event } : {}) }
  if (!('when' in op)) return next
  if (op.when !== null) return { ...next, when: op.when }
  const { when: _, ...plain } = next
  return plain
}

/** The likely result of one operation. */
export function guess(shown: Shown, op: Op): Shown {
  const { model, layout } = shown
  switch (op.op) {
    case 'set':
      return { ...shown, model: setAt(model, op.path, op.value) }
    case 'remove':
      return { ...shown, model: setAt(model, op.path, undefined) }
    case 'rename_key':
      return PLACES[String(op.path[0])] ? { ...shown, model: withKey(model, op.path, op.to) } : shown
    case 'set_node': {
      const keys = Object.entries(op.values ?? {})
      const change = (node: FlowNode) =>
        (op.unset ?? []).reduce(
          (found: FlowNode, key: string) => setIn(found, [key], undefined),
          keys.reduce((found, [key, value]) => setIn(found, [key], value), node),
        )
      return { ...shown, model: withNode(model, op.id, change) }
    }
    case 'add_node':
      return { ...shown, model: addNode(model, op) }
    case 'connect':
      return { ...shown, model: connect(model, op) }
    case 'remove_node':
      return { ...shown, model: removeNode(model, op.id) }
    case 'disconnect':
      return { ...shown, model: { ...model, edges: model.edges.filter((edge) => edge.id !== op.edge) } }
    case 'set_edge':
      return { ...shown, model: { ...model, edges: model.edges.map((edge) => changedEdge(edge, op)) } }
    case 'layout': {
      const nodes = { ...layout.nodes, ...op.nodes }
      for (const key of Object.keys(nodes)) if (nodes[key] === null) delete nodes[key]
      return { ...shown, layout: { nodes, edges: op.edges ? { ...layout.edges, ...op.edges } : layout.edges } }
    }
    default:
      return shown
  }
}

export function guessAll(shown: Shown, ops: readonly Op[]): Shown {
  return ops.reduce(guess, shown)
}
