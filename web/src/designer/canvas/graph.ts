/** The model as nodes and edges of the canvas: positions, sizes of bodies, what an edge is called. */
import type { Edge, Node } from '@xyflow/react'
import type { Language } from '../../i18n'
import type { Named } from '../props/conditions'
import type { Catalogue, FlowEdge, FlowNode, Model, Problem, Spot } from '../types'
import { edgeWords } from '../words'
import { endOf, parentOf, SIZE, type Bent, type Placed } from './elk'
import type { Mark } from '../flow/Card'

export type CardData = { node: FlowNode; catalogue: Catalogue; problems: readonly Problem[]; mark: Mark }
export type RouteData = { edge: FlowEdge; words: string; bent: Bent | null; look: string }
export type CanvasNode = Node<Partial<CardData> & Record<string, unknown>>
export type CanvasEdge = Edge<RouteData & Record<string, unknown>>

const ASIDE = ['error', 'deadline', 'message']
const none: readonly Problem[] = []

type Drawn = { catalogue: Catalogue; spots: Record<string, Spot>; placed: Placed | null; problems: readonly Problem[]; marks?: Record<string, Mark> }

/** Nodes of the canvas, parents before their children as React Flow wants them. */
export function nodesOf(model: Model, { catalogue, spots, placed, problems, marks = {} }: Drawn): CanvasNode[] {
  const at = (id: string): Spot => spots[id] ?? { x: 0, y: 0 }
  const bodies = new Set(model.nodes.map((node) => node.in).filter((id): id is string => id !== null))
  const byDepth = [...model.nodes].sort((a, b) => a.id.split('/').length - b.id.split('/').length)
  const mine = new Map<string, Problem[]>()
  for (const problem of problems) if (problem.node) mine.set(problem.node, [...(mine.get(problem.node) ?? []), problem])
  const cards = byDepth.map((node): CanvasNode => {
    const body = bodies.has(node.id)
    return {
      id: node.id,
      type: body ? 'body' : 'card',
      position: at(node.id),
      ...(node.in ? { parentId: node.in, extent: 'parent' as const } : {}),
      ...(body ? { style: bodySize(model, node.id, spots, placed), zIndex: -1 } : { width: SIZE.width, height: SIZE.height }),
      data: { node, catalogue, problems: mine.get(node.id) ?? none, mark: marks[node.id] ?? null },
    }
  })
  const ends = [...new Set(model.edges.map((edge) => edge.to).filter(endOf))].map((id): CanvasNode => {
    const parent = parentOf(id)
    return { id, type: 'stop', position: at(id), ...SIZE.end, ...(parent ? { parentId: parent } : {}), data: {}, deletable: false }
  })
  const start: CanvasNode = { id: '(start)', type: 'begin', position: at('(start)'), ...SIZE.end, data: {}, deletable: false }
  return [start, ...cards, ...ends]
}

const alike = (one: unknown, other: unknown) => one === other || JSON.stringify(one) === JSON.stringify(other)

/** The same nodes, where nothing about them has changed: React draws only the others again. */
export function keptNodes(before: readonly CanvasNode[], after: CanvasNode[]): CanvasNode[] {
  const known = new Map(before.map((node) => [node.id, node]))
  return after.map((node) => {
    const old = known.get(node.id)
    if (old === undefined) return node
    const { data } = old
    const same =
      old.type === node.type && old.position.x === node.position.x && old.position.y === node.position.y && old.parentId === node.parentId &&
      alike(data.node, node.data.node) && data.mark === node.data.mark && data.catalogue === node.data.catalogue &&
      old.style?.width === node.style?.width && old.style?.height === node.style?.height &&
      alike(data.problems, node.data.problems) // prettier-ignore
    return same ? old : { ...old, ...node, selected: old.selected }
  })
}

/** A body is as large as what stands in it needs. */
function bodySize(model: Model, id: string, spots: Record<string, Spot>, placed: Placed | null): { width: number; height: number } {
  const inside = [...model.nodes.filter((node) => node.in === id).map((node) => node.id), `${id}/end`]
  const base = placed?.sizes[id] ?? { width: SIZE.width + 56, height: 180 }
  return inside.reduce((size, one) => {
    const at = spots[one]
    const own = placed?.sizes[one] ?? { width: SIZE.width, height: SIZE.height }
    return at ? { width: Math.max(size.width, at.x + own.width + 28), height: Math.max(size.height, at.y + own.height + 28) } : size
  }, base)
}

type Words = { named: readonly Named[]; language: Language }
export const wordsIn = (model: Model, { named, language }: Words) => (edge: FlowEdge) => edgeWords(edge, model, named, language)

/** Edges whose two ends are drawn. `looks` are more classes by the edge's id. */
export function edgesOf(model: Model, words: Words, bends: Record<string, Bent>, looks: Record<string, string> = {}): CanvasEdge[] {
  const known = new Set(model.nodes.map((node) => node.id))
  const wordsOf = wordsIn(model, words)
  return model.edges
    .filter((edge) => (edge.way === 'start' || known.has(edge.from)) && (known.has(edge.to) || endOf(edge.to)))
    .map((edge) => ({
      id: edge.id,
      source: edge.way === 'start' ? '(start)' : edge.from,
      target: edge.to,
      type: 'route',
      data: { edge, words: wordsOf(edge), bent: bends[edge.way === 'start' ? ':start' : edge.id] ?? null, look: [ASIDE.includes(edge.way) && 'aside', looks[edge.id]].filter(Boolean).join(' ') },
      deletable: edge.way !== 'start' && edge.way !== 'next',
    }))
} // prettier-ignore
