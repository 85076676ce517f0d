/** The free canvas: the same model with positions; everything that is done here is an operation of the API. */
import { Background, Controls, MiniMap, Panel, ReactFlow, ReactFlowProvider, useReactFlow, useStore, type FinalConnectionState } from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { Popover } from 'antd'
import { useCallback, useEffect, useRef, useState } from 'react'
import { Loading } from '../../app/Loading'
import { drawn } from '../../diagram/Sheet'
import { palette } from '../../theme/tokens'
import { useCatalogue } from '../catalogue'
import { AddMenu } from '../flow/AddMenu'
import type { Pick } from '../flow/edits'
import { edgeName } from '../flow/SimpleView'
import { typing } from '../frame/useKeys'
import { inkOf } from '../icons'
import { select, useDesign } from '../store/design'
import type { FlowEdge } from '../types'
import type { CanvasEdge, CanvasNode } from './graph'
import { DRAGGED, Palette } from './Palette'
import { Arrows, edgeTypes, Inserting, nodeTypes } from './parts'
import { Tools } from './Tools'
import { FIT, useCanvasEdits } from './useCanvasEdits'
import { useClipboard } from './useClipboard'
import { useDrawing } from './useDrawing'
import { useInSight } from './useInSight'
import './canvas.css'

/** Smaller drawings are seen whole: a map of them would only cover something. */
const MAPPED = 14

/** From so far away nobody can read: words would only be slow to draw. */
const FAR = 0.35

type Asking = { x: number; y: number; choose: (pick: Pick) => void }

/** The element of an edge below a point of the window. */
const edgeAt = (x: number, y: number) => document.elementsFromPoint(x, y).map((one) => one.closest('.react-flow__edge')?.getAttribute('data-id')).find(Boolean)

function Canvas() {
  const catalogue = useCatalogue()
  const flow = useReactFlow<CanvasNode, CanvasEdge>()
  const drawing = useDrawing()
  const { nodes, edges, changed } = drawing
  const may = useDesign((state) => state.design?.may.edit === true)
  const chosen = useDesign((state) => state.selected.filter((id) => !id.startsWith('(')).length)
  const edits = useCanvasEdits(drawing)
  const { copy, paste } = useClipboard(may)
  const [asking, setAsking] = useState<Asking | null>(null)
  const far = useStore((state) => state.transform[2] < FAR)
  const main = useRef<HTMLDivElement>(null)
  const ready = nodes.length > 0
  const sight = useInSight(main, ready)

  const ask = (x: number, y: number, choose: (pick: Pick) => void) => {
    const box = main.current!.getBoundingClientRect()
    setAsking({ x: x - box.left, y: y - box.top, choose: (pick) => (setAsking(null), choose(pick)) })
  }
  const latest = useRef(edits)
  latest.current = edits
  const onEdge = useCallback((edge: FlowEdge, beside: HTMLElement) => {
    const box = beside.getBoundingClientRect()
    ask(box.right, box.top + box.height / 2, (pick) => latest.current.onEdge(edge, pick))
  }, [])
  /** An edge that is let go over nothing asks what to put there. */
  const connectEnd = (event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
    if (state.isValid || state.toNode || !state.fromNode || state.fromHandle?.type !== 'source' || !('clientX' in event)) return
    const from = state.fromNode.id
    const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY })
    ask(event.clientX, event.clientY, (pick) => edits.loose(pick, { x: at.x - 112, y: at.y }, from))
  }
  const dropped = (event: React.DragEvent) => {
    const raw = event.dataTransfer.getData(DRAGGED)
    const { model } = useDesign.getState()
    if (!raw || model === null || !may) return
    event.preventDefault()
    const pick = JSON.parse(raw) as Pick
    const at = flow.screenToFlowPosition({ x: event.clientX - 100, y: event.clientY - 30 })
    const edge = model.edges.find((one) => one.id === edgeAt(event.clientX, event.clientY))
    if (edge !== undefined) edits.onEdge(edge, pick, at)
    else edits.loose(pick, at, null)
  }
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (typing(event.target)) return
      const control = event.ctrlKey || event.metaKey
      if (event.key === 'Delete' || event.key === 'Backspace') edits.remove()
      else if (event.key === 'Escape') select([])
      else if (control && event.key === 'a') select(nodes.filter((node) => node.data.node).map((node) => node.id))
      else if (control && event.key === 'c' && !getSelection()?.toString()) copy()
      else if (control && event.key === 'v') paste()
      else return
      event.preventDefault()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  })
  return (
    <div className={far ? 'canvas far' : 'canvas'}>
      {may && <Palette />}
      <div className="canvas-main" ref={main} onDragOver={(event) => event.preventDefault()} onDrop={dropped}>
        {!ready && <Loading />}
        {ready && (
          <Inserting.Provider value={may ? onEdge : null}>
            <ReactFlow<CanvasNode, CanvasEdge>
              {...drawn}
              nodes={nodes}
              edges={edges}
              nodeTypes={nodeTypes}
              edgeTypes={edgeTypes}
              fitView
              fitViewOptions={FIT}
              onNodesChange={changed}
              onNodeDragStop={(_, __, all) => (sight.moved(), edits.moved(all))}
              onSelectionDragStop={(_, all) => edits.moved(all)}
              onConnect={edits.connect}
              onConnectEnd={connectEnd}
              onEdgeClick={(_, edge) => select([edgeName(edge.id)])}
              onPaneClick={() => select([])}
              onMoveStart={(event) => event && (sight.moved(), setAsking(null))}
              nodesConnectable={may}
              nodesDraggable={may}
              deleteKeyCode={null}
              multiSelectionKeyCode="Shift"
              minZoom={0.1}
              maxZoom={2}
              elevateNodesOnSelect={false}
            >
              <Arrows />
              <Background gap={20} color={palette.lineStrong} />
              <Controls showInteractive={false} position="bottom-right" fitViewOptions={FIT} onFitView={sight.fitted} />
              {nodes.length > MAPPED && (
                <MiniMap pannable zoomable position="bottom-left" style={{ width: 150, height: 100 }} nodeColor={(node) => inkOf(catalogue.kinds.find((kind) => kind.kind === (node as CanvasNode).data.node?.kind)?.group)} />
              )}
              <Panel position="top-right" className="canvas-tools">
                <Tools may={may} several={chosen > 1} some={chosen > 0} tidy={() => (sight.fitted(), void edits.tidy())} align={edits.align} copy={copy} paste={paste} remove={edits.remove} />
              </Panel>
            </ReactFlow>
          </Inserting.Provider>
        )}
        {asking && (
          <Popover open placement="rightTop" trigger="click" onOpenChange={(open) => !open && setAsking(null)} destroyOnHidden content={<AddMenu choose={asking.choose} leave={() => setAsking(null)} />}>
            <span className="canvas-asking" style={{ left: asking.x, top: asking.y }} />
          </Popover>
        )}
      </div>
    </div>
  )
} // prettier-ignore

export default function CanvasView() {
  return (
    <ReactFlowProvider>
      <Canvas />
    </ReactFlowProvider>
  )
}
