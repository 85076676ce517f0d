/** Automatic layout in a worker: positions of nodes, and the bends of edges that run round them. Loaded on demand. */
import type { ELK, ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api'
import workerAddress from 'elkjs/lib/elk-worker.min.js?url'
import type { Model, Spot } from '../types'

export const SIZE = { width: 224, height: 84, end: { width: 72, height: 32 } } as const
const HEAD = 48

let engine: Promise<ELK> | null = null

function started(): Promise<ELK> {
  engine ??= import('elkjs/lib/elk-api.js').then(({ default: Elk }) => new Elk({ workerUrl: workerAddress }))
  return engine
}

export type Placed = { nodes: Record<string, Spot>; sizes: Record<string, { width: number; height: number }>; edges: Record<string, Spot[]> }

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.spacing.nodeNodeBetweenLayers': '64',
  'elk.spacing.nodeNode': '48',
  'elk.layered.spacing.edgeNodeBetweenLayers': '24',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.padding': `[top=${HEAD},left=28,bottom=28,right=28]`,
}

/** The end that an edge leads to, drawn once a body. */
export const endOf = (to: string) => to === 'end' || to.endsWith('/end')

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

export const parentOf = (id: string) => (id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : null)

function collect(node: ElkNode, found: Placed, origin: Spot): void {
  for (const child of node.children ?? []) {
    found.nodes[child.id] = { x: Math.round(child.x ?? 0), y: Math.round(child.y ?? 0) }
    found.sizes[child.id] = { width: child.width ?? SIZE.width, height: child.height ?? SIZE.height }
    collect(child, found, { x: origin.x + (child.x ?? 0), y: origin.y + (child.y ?? 0) })
  }
}

/** Positions of all nodes (inside a body: from its corner) and bends of all edges (on the whole canvas). */
export async function laidOut(model: Model): Promise<Placed> {
  const elk = await started()
  const edges: ElkExtendedEdge[] = model.edges
    .filter((edge) => edge.way !== 'start' && edge.from !== '')
    .map((edge) => ({ id: edge.id, sources: [edge.from], targets: [edge.to] }))
  if (model.first) edges.unshift({ id: ':start', sources: ['(start)'], targets: [model.first] })
  const known = new Set<string>()
  const children = tree(model, null)
  const walk = (node: ElkNode) => (known.add(node.id), node.children?.forEach(walk))
  children.forEach(walk)
  const graph = await elk.layout({
    id: '(all)',
    children,
    edges: edges.filter((edge) => known.has(edge.sources[0]!) && known.has(edge.targets[0]!)),
    layoutOptions: { ...OPTIONS, 'elk.hierarchyHandling': 'INCLUDE_CHILDREN', 'elk.json.edgeCoords': 'ROOT' },
  })
  const found: Placed = { nodes: {}, sizes: {}, edges: {} }
  collect(graph, found, { x: 0, y: 0 })
  for (const edge of graph.edges ?? []) {
    const section = edge.sections?.[0]
    if (section) found.edges[edge.id] = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) }))
  }
  return found
}
