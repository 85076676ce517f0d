/** The model as nodes and edges of the canvas, and back: positions, sizes of bodies, what an edge is called. */
import type { Edge, Node } from '@xyflow/react'
import type { Language } from '../../i18n'
import type { Named } from '../props/conditions'
import type { Catalogue, FlowEdge, FlowNode, Layout, Model, Problem, Spot } from '../types'
import { edgeWords } from '../words'
import { endOf, parentOf, SIZE, type Placed } from './elk'
import type { Mark } from '../flow/Card'

export type CardData = { node: FlowNode; problems: readonly Problem[]; mark: Mark; body: boolean; outcomes: string[] }
export type RouteData = { edge: FlowEdge; words: string; bends: Spot[] | null; lit: boolean; aside: boolean }
export type CanvasNode = Node<Partial<CardData> & Record<string, unknown>>
export type CanvasEdge = Edge<RouteData & Record<string, unknown>>

const ASIDE = ['error', 'deadline', 'message']

/** Nodes of the canvas, parents before their children as React Flow wants them. */
export function nodesOf(model: Model, catalogue: Catalogue, layout: Layout, placed: Placed | null, problems: readonly Problem[], marks: Record<string, Mark> = {}): CanvasNode[] {
  const at = (id: string): Spot => layout.nodes?.[id] ?? placed?.nodes[id] ?? { x: 0, y: 0 }
  const bodies = new Set(model.nodes.map((node) => node.in).filter((id): id is string => id !== null))
  const byDepth = [...model.nodes].sort((a, b) => a.id.split('/').length - b.id.split('/').length)
  const mine = new Map<string, Problem[]>()
  for (const problem of problems) if (problem.node) mine.set(problem.node, [...(mine.get(problem.node) ?? []), problem])
  const cards = byDepth.map((node): CanvasNode => {
    const kind = catalogue.kinds.find((one) => one.kind === node.kind)
    const body = bodies.has(node.id)
    const size = bodySize(model, node.id, layout, placed)
    const listed = Array.isArray(node.config.outcomes) ? node.config.outcomes : Object.keys(node.config.outcomes ?? {})
    return {
      id: node.id,
      type: body ? 'body' : 'card',
      position: at(node.id),
      ...(node.in ? { parentId: node.in, extent: 'parent' as const } : {}),
      ...(body ? { style: size, zIndex: -1 } : {}),
      data: { node, problems: mine.get(node.id) ?? [], mark: marks[node.id] ?? null, body, outcomes: listed.length ? listed : (kind?.outcomes ?? []) },
    }
  })
  const ends = [...new Set(model.edges.map((edge) => edge.to).filter(endOf))].map((id): CanvasNode => {
    const parent = parentOf(id)
    return { id, type: 'stop', position: at(id), ...(parent ? { parentId: parent } : {}), data: {}, deletable: false }
  })
  const start: CanvasNode = { id: '(start)', type: 'begin', position: at('(start)'), data: {}, deletable: false }
  return [start, ...cards, ...ends]
}

/** A body is as large as what stands in it needs. */
function bodySize(model: Model, id: string, layout: Layout, placed: Placed | null): { width: number; height: number } {
  const inside = [...model.nodes.filter((node) => node.in === id).map((node) => node.id), `${id}/end`]
  const base = placed?.sizes[id] ?? { width: SIZE.width + 56, height: 180 }
  return inside.reduce((size, one) => {
    const at = layout.nodes?.[one] ?? placed?.nodes[one]
    const own = placed?.sizes[one] ?? { width: SIZE.width, height: SIZE.height }
    return at ? { width: Math.max(size.width, at.x + own.width + 28), height: Math.max(size.height, at.y + own.height + 28) } : size
  }, base)
}

/** `bends` are used while neither end has been moved since they were made. */
export function edgesOf(model: Model, named: readonly Named[], language: Language, bends: Record<string, Spot[]>, lit: ReadonlySet<string>): CanvasEdge[] {
  const known = new Set(model.nodes.map((node) => node.id))
  const drawn = model.edges.filter((edge) => edge.way === 'start' || known.has(edge.from))
  return drawn
    .filter((edge) => known.has(edge.to) || endOf(edge.to))
    .map((edge) => ({
      id: edge.id,
      source: edge.way === 'start' ? '(start)' : edge.from,
      target: edge.to,
      type: 'route',
      data: { edge, words: edgeWords(edge, model, named, language), bends: bends[edge.id] ?? null, lit: lit.has(edge.id), aside: ASIDE.includes(edge.way) },
      deletable: edge.way !== 'start' && edge.way !== 'next',
    }))
}
