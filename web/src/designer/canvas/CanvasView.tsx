/** The free canvas: the same model with positions; everything that is done here is an operation of the API. */
import { AlignLeftOutlined, CopyOutlined, DeleteOutlined, PartitionOutlined, SnippetsOutlined } from '@ant-design/icons'
import { applyNodeChanges, Background, Controls, MiniMap, Panel, ReactFlow, ReactFlowProvider, useReactFlow, type Connection, type NodeChange } from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { App, Button, Tooltip } from 'antd'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../i18n'
import { palette } from '../../theme/tokens'
import { kindOf, useCatalogue, useNamed } from '../catalogue'
import { copied, drawn, drop, insert, pasted, type Pick } from '../flow/edits'
import { edgeIn, edgeName, START } from '../flow/SimpleView'
import { inkOf } from '../icons'
import { typing } from '../frame/useKeys'
import { edit, select, useDesign } from '../store/design'
import type { FlowEdge, Op, Spot } from '../types'
import { endOf, laidOut, type Placed } from './elk'
import { edgesOf, nodesOf, type CanvasEdge, type CanvasNode } from './graph'
import { DRAGGED, Palette } from './Palette'
import { edgeTypes, Inserting, nodeTypes } from './parts'
import './canvas.css'

const nothing: ReadonlySet<string> = new Set()

/** Positions for what has none yet; made anew when the shape of the graph changes, not on every edit. */
function usePlaced(): [Placed | null, () => Promise<Placed | null>] {
  const model = useDesign((state) => state.model)
  const [placed, setPlaced] = useState<Placed | null>(null)
  const shape = model ? JSON.stringify([model.nodes.map((node) => node.id), model.edges.map((edge) => [edge.from, edge.to])]) : ''
  const lay = useCallback(async () => {
    const { model: now } = useDesign.getState()
    if (now === null) return null
    const found = await laidOut(now)
    setPlaced(found)
    return found
  }, [])
  useEffect(() => {
    if (shape) void lay()
  }, [shape, lay])
  return [placed, lay]
}

function useClipboard(may: boolean) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const catalogue = useCatalogue()
  const copy = () => {
    const { model, selected } = useDesign.getState()
    const ids = selected.filter((id) => model?.nodes.some((node) => node.id === id))
    if (model === null || ids.length === 0) return
    localStorage.setItem('waystation.clipboard', copied(model, ids))
    void message.info(t('flow.canvasTools.copied', { count: ids.length }))
  }
  const paste = () => {
    const { model, selected } = useDesign.getState()
    if (model === null || !may) return
    const at = model.nodes.find((node) => node.id === selected[0])
    const edge = at && kindOf(catalogue, at)?.exit !== 'none' ? model.edges.find((one) => one.from === at.id) : model.edges.find((one) => endOf(one.to) && one.way !== 'error')
    const ops = edge ? pasted(model, localStorage.getItem('waystation.clipboard') ?? '', [edge.id], edge.to) : []
    if (ops.length === 0) void message.info(t('flow.canvasTools.nothing'))
    else edit(ops, t('design.did.paste'))
  }
  return { copy, paste }
}

function Canvas() {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const catalogue = useCatalogue()
  const named = useNamed()
  const flow = useReactFlow<CanvasNode, CanvasEdge>()
  const model = useDesign((state) => state.model)
  const layout = useDesign((state) => state.layout)
  const problems = useDesign((state) => state.problems)
  const selected = useDesign((state) => state.selected)
  const may = useDesign((state) => state.design?.may.edit === true)
  const [placed, lay] = usePlaced()
  const [nodes, setNodes] = useState<CanvasNode[]>([])
  const { copy, paste } = useClipboard(may)

  useEffect(() => {
    if (model === null || placed === null) return
    const chosen = new Set(useDesign.getState().selected)
    setNodes(nodesOf(model, catalogue, layout, placed, problems).map((node) => ({ ...node, selected: chosen.has(node.id) })))
  }, [model, layout, problems, catalogue, placed])
  useEffect(() => setNodes((now) => now.map((node) => (node.selected === selected.includes(node.id) ? node : { ...node, selected: selected.includes(node.id) }))), [selected])
  const fresh = nodes.length === 0
  useEffect(() => {
    if (!fresh) setTimeout(() => void flow.fitView({ padding: 0.15, maxZoom: 1, duration: 0 }), 30)
  }, [fresh, flow])

  const bends = useMemo(() => {
    const kept: Record<string, Spot[]> = {}
    for (const [id, found] of Object.entries(layout.edges ?? {})) kept[id] = Array.isArray(found) ? found : ((found as { points?: Spot[] })?.points ?? [])
    return Object.keys(layout.nodes ?? {}).length ? kept : (placed?.edges ?? {})
  }, [layout, placed])
  const chosen = edgeIn(selected)
  const edges = useMemo(() => (model === null ? [] : edgesOf(model, named, language, bends, nothing).map((edge) => ({ ...edge, selected: edge.id === chosen }))), [model, named, language, bends, chosen])

  const changed = useCallback((changes: NodeChange<CanvasNode>[]) => {
    setNodes((now) => applyNodeChanges(changes.filter((change) => change.type !== 'remove'), now))
    const picks = changes.filter((change) => change.type === 'select')
    if (picks.length === 0) return
    const ids = new Set(useDesign.getState().selected.filter((id) => !id.startsWith('edge:')))
    for (const pick of picks) if (pick.type === 'select') pick.selected ? ids.add(pick.id) : ids.delete(pick.id)
    select([...ids].filter((id) => !endOf(id)))
  }, [])
  const moved = (_: unknown, __: unknown, all: CanvasNode[]) => {
    if (!may || all.length === 0) return
    const spots = Object.fromEntries(all.map((node) => [node.id, { x: Math.round(node.position.x), y: Math.round(node.position.y) }]))
    const all_ = Object.keys(layout.nodes ?? {}).length ? {} : (placed?.nodes ?? {})
    edit([{ op: 'layout', nodes: { ...all_, ...spots } }], t('design.did.move'))
  }
  const tidy = async () => {
    const found = await lay()
    if (found === null) return
    const edges_ = Object.fromEntries(Object.entries(found.edges).map(([id, points]) => [id, { points }]))
    if (may) edit([{ op: 'layout', nodes: found.nodes, edges: edges_ }], t('design.did.layout'))
    setTimeout(() => void flow.fitView({ padding: 0.15, maxZoom: 1, duration: 200 }), 60)
  }
  const connect = (link: Connection) => {
    if (model === null || !may) return
    if (link.source === START) return edit([{ op: 'connect', from: '', to: link.target, way: 'start' }], t('design.did.connect'))
    const source = model.nodes.find((node) => node.id === link.source)
    const open = (source && kindOf(catalogue, source)?.outcomes)?.find((one) => !model.edges.some((edge) => edge.from === link.source && (edge.outcome === one && !endOf(edge.to)))) ?? null
    edit(drawn(model, catalogue, link.source, link.target, open), t('design.did.connect'))
  }
  const remove = useCallback(() => {
    const { model: now, selected: ids } = useDesign.getState()
    const edge = edgeIn(ids)
    const ops: Op[] = edge ? [{ op: 'disconnect', edge }] : ids.filter((id) => now?.nodes.some((node) => node.id === id)).map((id) => ({ op: 'remove_node', id }))
    if (may && ops.length) edit(ops, t(edge ? 'design.did.disconnect' : 'design.did.remove', { name: ids.join('、') }))
  }, [may, t])
  const align = () => {
    const chosenNodes = nodes.filter((node) => node.selected && node.type !== 'stop')
    const left = Math.min(...chosenNodes.map((node) => node.position.x))
    if (chosenNodes.length > 1) edit([{ op: 'layout', nodes: Object.fromEntries(chosenNodes.map((node) => [node.id, { x: left, y: node.position.y }])) }], t('design.did.layout'))
  }
  const dropped = (event: React.DragEvent) => {
    const raw = event.dataTransfer.getData(DRAGGED)
    if (!raw || model === null || !may) return
    event.preventDefault()
    const pick = JSON.parse(raw) as Pick
    const kind = catalogue.kinds.find((one) => one.kind === pick.kind)
    edit(drop(model, pick, kind, flow.screenToFlowPosition({ x: event.clientX - 100, y: event.clientY - 30 })), t('design.did.add', { name: kind?.title[language] ?? pick.kind }))
  }
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (typing(event.target)) return
      if (event.key === 'Delete' || event.key === 'Backspace') remove()
      else if ((event.ctrlKey || event.metaKey) && event.key === 'c' && !getSelection()?.toString()) copy()
      else if ((event.ctrlKey || event.metaKey) && event.key === 'v') paste()
      else return
      event.preventDefault()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  })
  const onEdge = useMemo(
    () => (may ? (edge: FlowEdge, pick: Pick) => {
      const { model: now } = useDesign.getState()
      const kind = catalogue.kinds.find((one) => one.kind === pick.kind)
      if (now) edit(insert(now, [edge.id], edge.to, pick, kind), t('design.did.add', { name: kind?.title[language] ?? pick.kind }))
    } : null),
    [may, catalogue, language, t],
  ) // prettier-ignore
  const tool = (title: string, icon: React.ReactNode, act: () => void, id: string) => (
    <Tooltip title={title}>
      <Button icon={icon} aria-label={title} onClick={act} disabled={!may} data-testid={id} />
    </Tooltip>
  )
  return (
    <div className="canvas">
      {may && <Palette />}
      <div className="canvas-main" onDragOver={(event) => event.preventDefault()} onDrop={dropped}>
        <Inserting.Provider value={onEdge}>
          <ReactFlow<CanvasNode, CanvasEdge>
            nodes={nodes}
            edges={edges}
            nodeTypes={nodeTypes}
            edgeTypes={edgeTypes}
            onNodesChange={changed}
            onNodeDragStop={moved}
            onSelectionDragStop={(event, all) => moved(event, null, all)}
            onConnect={connect}
            onEdgeClick={(_, edge) => select([edgeName(edge.id)])}
            onPaneClick={() => select([])}
            nodesConnectable={may}
            deleteKeyCode={null}
            multiSelectionKeyCode="Shift"
            minZoom={0.1}
            maxZoom={2}
            onlyRenderVisibleElements
            elevateNodesOnSelect={false}
            proOptions={{ hideAttribution: true }}
          >
            <svg width="0" height="0" aria-hidden="true">
              <defs>
                {(['arrow', 'arrow-lit'] as const).map((id) => (
                  <marker key={id} id={id} viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
                    <path d="M 0 0 L 10 5 L 0 10 z" fill={id === 'arrow' ? '#8a9792' : palette.running} />
                  </marker>
                ))}
              </defs>
            </svg>
            <Background gap={20} color={palette.line} />
            <Controls showInteractive={false} position="bottom-right" />
            <MiniMap pannable zoomable position="bottom-left" nodeColor={(node) => inkOf(catalogue.kinds.find((kind) => kind.kind === (node as CanvasNode).data.node?.kind)?.group)} />
            <Panel position="top-right" className="canvas-tools">
              {tool(t('flow.canvasTools.tidy'), <PartitionOutlined />, () => void tidy(), 'tidy')}
              {tool(t('flow.canvasTools.align'), <AlignLeftOutlined />, align, 'align')}
              {tool(`${t('flow.canvasTools.copy')} Ctrl+C`, <CopyOutlined />, copy, 'copy-nodes')}
              {tool(`${t('flow.canvasTools.paste')} Ctrl+V`, <SnippetsOutlined />, paste, 'paste-nodes')}
              {tool(`${t('flow.canvasTools.remove')} Delete`, <DeleteOutlined />, remove, 'remove-nodes')}
            </Panel>
          </ReactFlow>
        </Inserting.Provider>
      </div>
    </div>
  )
}

export default function CanvasView() {
  return (
    <ReactFlowProvider>
      <Canvas />
    </ReactFlowProvider>
  )
}
