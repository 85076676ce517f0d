/** Where nodes and edges lie: worked out by ELK in a worker of its own, once for each plan and direction. */
import type { ElkExtendedEdge } from 'elkjs/lib/elk-api'
import { elk, LAYERED } from './engine'
import type { Point } from './paths'

export type Shape = {
  nodes: { id: string; width: number; height: number }[]
  edges: { id: string; from: string; to: string }[]
}
export type Placed = { at: Map<string, Point>; bends: Map<string, Point[]> }
export type Direction = 'DOWN' | 'RIGHT'

export async function layout(shape: Shape, direction: Direction): Promise<Placed> {
  const found = await (await elk()).layout({
    id: 'root',
    layoutOptions: {
      ...LAYERED,
      'elk.direction': direction,
      'elk.layered.spacing.nodeNodeBetweenLayers': '56',
      'elk.spacing.nodeNode': '36',
      'elk.spacing.edgeNode': '20',
      'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
    },
    children: shape.nodes.map((node) => ({ ...node })),
    edges: shape.edges.map((edge) => ({ id: edge.id, sources: [edge.from], targets: [edge.to] })),
  })
  const at = new Map((found.children ?? []).map((node) => [node.id, { x: node.x ?? 0, y: node.y ?? 0 }]))
  const bends = new Map(
    (found.edges ?? []).map((edge: ElkExtendedEdge) => {
      const section = edge.sections?.[0]
      return [edge.id, section ? [section.startPoint, ...(section.bendPoints ?? []), section.endPoint] : []]
    }),
  )
  return { at, bends }
}
