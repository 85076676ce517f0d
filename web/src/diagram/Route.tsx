/** An edge along the bends that the layout found, with round corners. */
import { BaseEdge, EdgeLabelRenderer, getSmoothStepPath, type Edge, type EdgeProps } from '@xyflow/react'
import type { Point } from './layout'

export type RouteEdge = Edge<{ bends?: Point[]; label?: string; taken?: boolean }, 'route'>

const RADIUS = 7

/** An SVG path through the points. */
export function rounded(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const before = points[index - 1]
      const after = points[index + 1]
      if (!before) return `M${point.x},${point.y}`
      if (!after) return `L${point.x},${point.y}`
      const into = { x: point.x - Math.sign(point.x - before.x) * RADIUS, y: point.y - Math.sign(point.y - before.y) * RADIUS }
      const out = { x: point.x + Math.sign(after.x - point.x) * RADIUS, y: point.y + Math.sign(after.y - point.y) * RADIUS }
      return `L${into.x},${into.y} Q${point.x},${point.y} ${out.x},${out.y}`
    })
    .join(' ')
}

/** Where the label stands: in the middle of the longest stretch. */
function middle(points: readonly Point[]): Point {
  let best: Point = points[0] ?? { x: 0, y: 0 }
  let most = -1
  points.slice(1).forEach((to, index) => {
    const from = points[index]!
    const length = Math.abs(to.x - from.x) + Math.abs(to.y - from.y)
    if (length <= most) return
    most = length
    best = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }
  })
  return best
}

export function Route(props: EdgeProps<RouteEdge>) {
  const bends = props.data?.bends ?? []
  const [straight, x, y] = getSmoothStepPath(props)
  const path = bends.length > 1 ? rounded(bends) : straight
  const at = bends.length > 1 ? middle(bends) : { x, y }
  const taken = props.data?.taken
  return (
    <>
      <BaseEdge path={path} markerEnd={props.markerEnd} className={taken ? 'diagram-taken' : undefined} />
      {props.data?.label && (
        <EdgeLabelRenderer>
          <span
            className="diagram-label"
            style={{ transform: `translate(-50%, -50%) translate(${at.x}px, ${at.y}px)` }}
          >
            {props.data.label}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  )
}
