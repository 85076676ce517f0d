/** What the canvas shows: the model laid out, where a person has put things, and which of it is selected. */
import { applyNodeChanges, type NodeChange } from '@xyflow/react'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useLanguage } from '../../i18n'
import { useCatalogue, useNamed } from '../catalogue'
import { edgeIn } from '../flow/SimpleView'
import { select, useDesign } from '../store/design'
import type { Model, Spot } from '../types'
import { bentIn, isArranged, spotsOf } from './arrange'
import { endOf, laidOut, type Placed } from './elk'
import { inRows } from './rows'
import { edgesOf, keptNodes, nodesOf, wordsIn, type CanvasEdge, type CanvasNode } from './graph'

/** Above so many nodes the layout engine takes too long. */
const MOST_LAID_OUT = 120

const shapeOf = (model: Model | null) => (model ? JSON.stringify([model.nodes.map((node) => node.id), model.edges.map((edge) => [edge.id, edge.from, edge.to])]) : '')

export type Drawing = {
  nodes: CanvasNode[]
  edges: CanvasEdge[]
  placed: Placed | null
  spots: Record<string, Spot>
  lay: () => Promise<Placed | null>
  changed: (changes: NodeChange<CanvasNode>[]) => void
}

export function useDrawing(): Drawing {
  const { language } = useLanguage()
  const catalogue = useCatalogue()
  const named = useNamed()
  const model = useDesign((state) => state.model)
  const layout = useDesign((state) => state.layout)
  const problems = useDesign((state) => state.problems)
  const selected = useDesign((state) => state.selected)
  const [placed, setPlaced] = useState<Placed | null>(null)
  const [nodes, setNodes] = useState<CanvasNode[]>([])

  const lay = useCallback(async () => {
    const { model: now } = useDesign.getState()
    if (now === null) return null
    const found = now.nodes.length > MOST_LAID_OUT ? inRows(now) : await laidOut(now, wordsIn(now, { named, language }))
    setPlaced(found)
    return found
  }, [named, language])
  // Positions are made anew when the shape of the graph changes, not on every edit.
  const shape = shapeOf(model)
  useEffect(() => {
    if (shape) void lay()
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shape])

  const spots = useMemo(() => (model === null || placed === null ? {} : spotsOf(model, layout, placed)), [model, layout, placed])
  useEffect(() => {
    if (model === null || placed === null) return
    const chosen = useDesign.getState().selected
    const drawn = nodesOf(model, { catalogue, spots, placed, problems }).map((node) => ({ ...node, selected: chosen.includes(node.id) }))
    setNodes((now) => keptNodes(now, drawn))
  }, [model, spots, problems, catalogue, placed])
  useEffect(() => setNodes((now) => now.map((node) => (node.selected === selected.includes(node.id) ? node : { ...node, selected: selected.includes(node.id) }))), [selected])

  const bends = useMemo(() => (isArranged(layout) ? bentIn(layout) : (placed?.edges ?? {})), [layout, placed])
  const drawn = useMemo(() => (model === null ? [] : edgesOf(model, { named, language }, bends)), [model, named, language, bends])
  const chosen = edgeIn(selected)
  const edges = useMemo(() => drawn.map((edge) => (edge.id === chosen ? { ...edge, selected: true } : edge)), [drawn, chosen])

  const changed = useCallback((changes: NodeChange<CanvasNode>[]) => {
    setNodes((now) => applyNodeChanges(changes.filter((change) => change.type !== 'remove'), now))
    const picks = changes.filter((change) => change.type === 'select')
    if (picks.length === 0) return
    const ids = new Set(useDesign.getState().selected.filter((id) => !id.startsWith('edge:')))
    for (const pick of picks) if (pick.selected) ids.add(pick.id)
      else ids.delete(pick.id) // prettier-ignore
    select([...ids].filter((id) => !endOf(id)))
  }, [])
  return { nodes, edges, placed, spots, lay, changed }
}
