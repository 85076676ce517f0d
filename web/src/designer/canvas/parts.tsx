/** Nodes and edges as the canvas draws them. Each is drawn again only when something of its own has changed. */
import { PlusOutlined } from '@ant-design/icons'
import { BaseEdge, EdgeLabelRenderer, getSmoothStepPath, Handle, Position, type EdgeProps, type NodeProps } from '@xyflow/react'
import { createContext, memo, useContext } from 'react'
import { useTranslation } from 'react-i18next'
import { middle, rounded } from '../../diagram/paths'
import { Card } from '../flow/Card'
import type { FlowEdge, Spot } from '../types'
import { SIZE } from './elk'
import type { CanvasEdge, CanvasNode } from './graph'

/** Asks what to put on an edge; null where nothing may be changed. */
export const Inserting = createContext<((edge: FlowEdge, beside: HTMLElement) => void) | null>(null)

export const CardNode = memo(function CardNode({ data, selected, isConnectable }: NodeProps<CanvasNode>) {
  const { node, catalogue, problems, mark } = data
  if (node === undefined || catalogue === undefined) return null
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={isConnectable} />
      <Card node={node} catalogue={catalogue} problems={problems} selected={selected} mark={mark} tab={-1} tryable={isConnectable} />
      <Handle type="source" position={Position.Bottom} isConnectable={isConnectable} />
    </>
  )
})

export const BodyNode = memo(function BodyNode({ data, selected, isConnectable }: NodeProps<CanvasNode>) {
  const { node, catalogue, problems, mark } = data
  if (node === undefined || catalogue === undefined) return null
  return (
    <div className={`canvas-body ${selected ? 'selected' : ''}`}>
      <Handle type="target" position={Position.Top} isConnectable={isConnectable} />
      <div className="canvas-body-head">
        <Card node={node} catalogue={catalogue} problems={problems} mark={mark} tab={-1} tryable={isConnectable} />
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

/** How far (px) an end may lie from its handle: it still touches the card's side then. */
const APART = { x: SIZE.width / 2 - 8, y: 14 }

/** The bends of the layout where both ends still stand there, else the stepped line of React Flow. */
function route(props: EdgeProps<CanvasEdge>): [string, Spot] {
  const { sourceX, sourceY, targetX, targetY, data } = props
  const points = data?.bent?.points
  const near = (a: Spot | undefined, x: number, y: number) => a !== undefined && Math.abs(a.x - x) < APART.x && Math.abs(a.y - y) < APART.y
  if (points && points.length > 1 && near(points[0], sourceX, sourceY) && near(points[points.length - 1], targetX, targetY))
    return [rounded(points), data?.bent?.words ?? middle(points)]
  const [path, x, y] = getSmoothStepPath({ ...props, borderRadius: 10 })
  return [path, { x, y }]
}

export const RouteEdge = memo(function RouteEdge(props: EdgeProps<CanvasEdge>) {
  const { t } = useTranslation()
  const { data, selected, id } = props
  const insert = useContext(Inserting)
  if (data === undefined) return null
  const [path, at] = route(props)
  return (
    <>
      <BaseEdge id={id} path={path} className={`route ${data.look} ${selected ? 'selected' : ''}`} markerEnd={data.look.includes('lit') ? 'url(#arrow-lit)' : 'url(#arrow)'} interactionWidth={16} />
      <EdgeLabelRenderer>
        <div className={`route-words nodrag nopan ${data.look}`} style={{ transform: `translate(-50%, -50%) translate(${at.x}px, ${at.y}px)` }}>
          {data.words && <span title={data.words}>{data.words}</span>}
          {insert && (
            <button type="button" className="plus" aria-label={t('flow.canvasTools.insert')} data-testid={`plus-${id}`} onClick={(event) => (event.stopPropagation(), insert(data.edge, event.currentTarget))}>
              <PlusOutlined />
            </button>
          )}
        </div>
      </EdgeLabelRenderer>
    </>
  )
}) // prettier-ignore

/** Arrow heads, once a canvas. */
export function Arrows() {
  return (
    <svg width="0" height="0" aria-hidden="true">
      <defs>
        {(['arrow', 'arrow-lit'] as const).map((id) => (
          <marker key={id} id={id} className={id} viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
            <path d="M 0 0 L 10 5 L 0 10 z" />
          </marker>
        ))}
      </defs>
    </svg>
  )
}

export const nodeTypes = { card: CardNode, body: BodyNode, stop: StopNode, begin: BeginNode }
export const edgeTypes = { route: RouteEdge }
