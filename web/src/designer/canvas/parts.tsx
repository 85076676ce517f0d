/** Nodes and edges as the canvas draws them. */
import { PlusOutlined } from '@ant-design/icons'
import { BaseEdge, EdgeLabelRenderer, getSmoothStepPath, Handle, Position, type EdgeProps, type NodeProps } from '@xyflow/react'
import { Popover } from 'antd'
import { createContext, memo, useContext, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCatalogue } from '../catalogue'
import { AddMenu } from '../flow/AddMenu'
import { Card } from '../flow/Card'
import type { Pick } from '../flow/edits'
import type { FlowEdge, Spot } from '../types'
import type { CanvasEdge, CanvasNode } from './graph'

/** Puts a node on an edge; null where nothing may be changed. */
export const Inserting = createContext<((edge: FlowEdge, pick: Pick) => void) | null>(null)

export const CardNode = memo(function CardNode({ data, selected, isConnectable }: NodeProps<CanvasNode>) {
  const catalogue = useCatalogue()
  const { node, problems, mark } = data
  if (node === undefined) return null
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={isConnectable} />
      <Card node={node} catalogue={catalogue} problems={problems} selected={selected} mark={mark} tab={-1} />
      <Handle type="source" position={Position.Bottom} isConnectable={isConnectable} />
    </>
  )
})

export const BodyNode = memo(function BodyNode({ data, selected, isConnectable }: NodeProps<CanvasNode>) {
  const catalogue = useCatalogue()
  const { node, problems, mark } = data
  if (node === undefined) return null
  return (
    <div className={`canvas-body ${selected ? 'selected' : ''}`}>
      <Handle type="target" position={Position.Top} isConnectable={isConnectable} />
      <div className="canvas-body-head">
        <Card node={node} catalogue={catalogue} problems={problems} mark={mark} tab={-1} />
      </div>
      <Handle type="source" position={Position.Bottom} isConnectable={isConnectable} />
    </div>
  )
})

export const StopNode = memo(function StopNode() {
  const { t } = useTranslation()
  return (
    <>
      <Handle type="target" position={Position.Top} />
      <span className="stop canvas-stop">{t('flow.end')}</span>
    </>
  )
})

export const BeginNode = memo(function BeginNode() {
  const { t } = useTranslation()
  return (
    <>
      <span className="stop canvas-stop begin">{t('flow.initiator')}</span>
      <Handle type="source" position={Position.Bottom} />
    </>
  )
})

const RADIUS = 8

/** A path through points with rounded corners. */
export function roundedPath(points: readonly Spot[]): string {
  const [first, ...rest] = points
  if (first === undefined) return ''
  const parts = [`M ${first.x},${first.y}`]
  rest.forEach((point, index) => {
    const before = points[index]!
    const after = rest[index + 1]
    if (after === undefined) return parts.push(`L ${point.x},${point.y}`)
    const cut = (to: Spot) => {
      const length = Math.hypot(to.x - point.x, to.y - point.y) || 1
      const by = Math.min(RADIUS, length / 2) / length
      return `${point.x + (to.x - point.x) * by},${point.y + (to.y - point.y) * by}`
    }
    return parts.push(`L ${cut(before)} Q ${point.x},${point.y} ${cut(after)}`)
  })
  return parts.join(' ')
}

/** The middle of a path by length, where its words stand. */
export function middleOf(points: readonly Spot[]): Spot {
  const lengths = points.slice(1).map((point, index) => Math.hypot(point.x - points[index]!.x, point.y - points[index]!.y))
  let left = lengths.reduce((sum, one) => sum + one, 0) / 2
  for (const [index, length] of lengths.entries()) {
    if (left <= length) {
      const [a, b] = [points[index]!, points[index + 1]!]
      const by = length === 0 ? 0 : left / length
      return { x: a.x + (b.x - a.x) * by, y: a.y + (b.y - a.y) * by }
    }
    left -= length
  }
  return points[0] ?? { x: 0, y: 0 }
}

/** Bends of ELK where both ends still stand where it put them, else the stepped line of React Flow. */
function useRoute(props: EdgeProps<CanvasEdge>): [string, Spot] {
  const { sourceX, sourceY, targetX, targetY, data } = props
  const bends = data?.bends
  const near = (a: Spot | undefined, x: number, y: number) => a !== undefined && Math.abs(a.x - x) < 140 && Math.abs(a.y - y) < 14
  if (bends && bends.length > 1 && near(bends[0], sourceX, sourceY) && near(bends[bends.length - 1], targetX, targetY))
    return [roundedPath(bends), middleOf(bends)]
  const [path, x, y] = getSmoothStepPath({ ...props, borderRadius: 10 })
  return [path, { x, y }]
}

export const RouteEdge = memo(function RouteEdge(props: EdgeProps<CanvasEdge>) {
  const { t } = useTranslation()
  const { data, selected, id } = props
  const [path, at] = useRoute(props)
  const [open, setOpen] = useState(false)
  const insert = useContext(Inserting)
  if (data === undefined) return null
  const classes = ['route', data.lit && 'lit', data.aside && 'aside', selected && 'selected'].filter(Boolean).join(' ')
  return (
    <>
      <BaseEdge id={id} path={path} className={classes} markerEnd={data.lit ? 'url(#arrow-lit)' : 'url(#arrow)'} interactionWidth={16} />
      <EdgeLabelRenderer>
        <div className="route-words nodrag nopan" style={{ transform: `translate(-50%, -50%) translate(${at.x}px, ${at.y}px)` }}>
          {data.words && <span title={data.words}>{data.words}</span>}
          {insert && (
            <Popover open={open} onOpenChange={setOpen} trigger="click" placement="right" destroyOnHidden content={<AddMenu choose={(pick) => (setOpen(false), insert(data.edge, pick))} leave={() => setOpen(false)} />}>
              <button type="button" className="plus" aria-label={t('flow.canvasTools.insert')} data-testid={`plus-${id}`}>
                <PlusOutlined />
              </button>
            </Popover>
          )}
        </div>
      </EdgeLabelRenderer>
    </>
  )
})

export const nodeTypes = { card: CardNode, body: BodyNode, stop: StopNode, begin: BeginNode }
export const edgeTypes = { route: RouteEdge }
