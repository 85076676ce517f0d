/** An edge along the bends that the layout found, with round corners. */
import { BaseEdge, EdgeLabelRenderer, getSmoothStepPath, type Edge, type EdgeProps } from '@xyflow/react'
import { middle, rounded, type Point } from './paths'

export type RouteEdge = Edge<{ bends?: Point[]; label?: string; taken?: boolean }, 'route'>

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
