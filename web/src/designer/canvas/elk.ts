/** Automatic layout of a model: positions of nodes, the bends of edges that run round them, and room for their words. */
import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api'
import { elk, LAYERED } from '../../diagram/engine'
import type { FlowEdge, Model, Spot } from '../types'

export const SIZE = { width: 224, height: 96, end: { width: 72, height: 32 } } as const
const HEAD = 48
const WORDS = { most: 170, height: 24, letter: 12, around: 18 }

/** An edge as it was laid out: its bends, and where the middle of its words is. */
export type Bent = { points: Spot[]; words?: Spot }
export type Placed = { nodes: Record<string, Spot>; sizes: Record<string, { width: number; height: number }>; edges: Record<string, Bent> }

const OPTIONS = {
  ...LAYERED,
  'elk.direction': 'DOWN',
  'elk.layered.spacing.nodeNodeBetweenLayers': '44',
  'elk.spacing.nodeNode': '48',
  'elk.spacing.edgeLabel': '6',
  'elk.layered.spacing.edgeNodeBetweenLayers': '24',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.padding': `[top=${HEAD},left=28,bottom=28,right=28]`,
}

/** The end that an edge leads to, drawn once a body. */
export const endOf = (to: string) => to === 'end' || to.endsWith('/end')
export const parentOf = (id: string) => (id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : null)

function tree(model: Model, around: string | null): ElkNode[] {
  const ends = new Set(model.edges.map((edge) => edge.to).filter((to) => endOf(to) && parentOf(to) === around))
  return [
    ...model.nodes
      .filter((node) => node.in === around)
      .map((node) => {
        const children = tree(model, node.id)
        return children.length ? { id: node.id, children, layoutOptions: OPTIONS } : { id: node.id, width: SIZE.width, height: SIZE.height }
      }),
    ...[...ends].map((id) => ({ id, ...SIZE.end })),
    ...(around === null ? [{ id: '(start)', ...SIZE.end }] : []),
  ]
}

function collect(node: ElkNode, found: Placed): void {
  for (const child of node.children ?? []) {
    found.nodes[child.id] = { x: Math.round(child.x ?? 0), y: Math.round(child.y ?? 0) }
    found.sizes[child.id] = { width: child.width ?? SIZE.width, height: child.height ?? SIZE.height }
    collect(child, found)
  }
}

/** Chinese letters are twice as wide as others. */
function labelOf(words: string) {
  const wide = [...words].reduce((sum, letter) => sum + (letter.charCodeAt(0) > 255 ? WORDS.letter : WORDS.letter * 0.58), WORDS.around)
  return { text: words, width: Math.min(Math.round(wide), WORDS.most), height: WORDS.height, layoutOptions: { 'elk.edgeLabels.inline': 'true' } }
}

const whole = ({ x, y }: Spot): Spot => ({ x: Math.round(x), y: Math.round(y) })

function bentOf(edge: ElkExtendedEdge): Bent | null {
  const section = edge.sections?.[0]
  if (section === undefined) return null
  const label = edge.labels?.[0]
  const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map(whole)
  return { points, ...(label?.x !== undefined && label.y !== undefined ? { words: whole({ x: label.x + (label.width ?? 0) / 2, y: label.y + (label.height ?? 0) / 2 }) } : {}) }
}

/** Positions of all nodes (inside a body: from its corner) and the ways of all edges (on the whole canvas). */
export async function laidOut(model: Model, wordsOf: (edge: FlowEdge) => string): Promise<Placed> {
  const edges: ElkExtendedEdge[] = model.edges
    .filter((edge) => edge.way !== 'start' && edge.from !== '')
    .map((edge) => {
      const words = wordsOf(edge)
      return { id: edge.id, sources: [edge.from], targets: [edge.to], ...(words ? { labels: [labelOf(words)] } : {}) }
    })
  if (model.first) edges.unshift({ id: ':start', sources: ['(start)'], targets: [model.first] })
  const known = new Set<string>()
  const children = tree(model, null)
  const walk = (node: ElkNode) => (known.add(node.id), node.children?.forEach(walk))
  children.forEach(walk)
  const graph = await (await elk()).layout({
    id: '(all)',
    children,
    edges: edges.filter((edge) => known.has(edge.sources[0]!) && known.has(edge.targets[0]!)),
    layoutOptions: { ...OPTIONS, 'elk.hierarchyHandling': 'INCLUDE_CHILDREN', 'elk.json.edgeCoords': 'ROOT' },
  })
  const found: Placed = { nodes: {}, sizes: {}, edges: {} }
  collect(graph, found)
  for (const edge of graph.edges ?? []) {
    const bent = bentOf(edge)
    if (bent !== null) found.edges[edge.id] = bent
  }
  return found
}
