/** What a person does on the canvas, as operations of the API. */
import { useReactFlow, type Connection } from '@xyflow/react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../i18n'
import { kindOf, useCatalogue } from '../catalogue'
import { drawn, drop, insert, newId, type Pick } from '../flow/edits'
import { edgeIn, START } from '../flow/SimpleView'
import { edit, useDesign } from '../store/design'
import type { FlowEdge, Model, Op, Spot } from '../types'
import { nodeWords } from '../words'
import { bentIn, inLine, isArranged, makeRoom, type Arrangement } from './arrange'
import { endOf, type Placed } from './elk'
import type { CanvasEdge, CanvasNode } from './graph'
import type { Drawing } from './useDrawing'

/** Room for the buttons above, and for those at the right. */
export const FIT = { padding: { top: '64px', bottom: '32px', left: '32px', right: '72px' }, maxZoom: 1 } as const

const whole = ({ x, y }: Spot): Spot => ({ x: Math.round(x), y: Math.round(y) })

export function useCanvasEdits({ nodes, placed, spots, lay }: Drawing) {
  const { t } = useTranslation()
  const { language, list } = useLanguage()
  const catalogue = useCatalogue()
  const flow = useReactFlow<CanvasNode, CanvasEdge>()
  const now = () => useDesign.getState()
  const may = () => now().design?.may.edit === true
  const kindIn = (pick: Pick) => catalogue.kinds.find((one) => one.kind === pick.kind)
  const nameOf = (pick: Pick) => (catalogue.actions.find((one) => one.do === pick.config?.do) ?? kindIn(pick))?.title[language] ?? pick.kind
  const fit = () => setTimeout(() => void flow.fitView({ ...FIT, duration: 200 }), 60)

  /** Positions of these; the first time also of all others, so that they stay where they are seen. */
  const place = (found: Record<string, Spot>): Op => {
    const { layout } = now()
    if (isArranged(layout)) return { op: 'layout', nodes: found }
    return { op: 'layout', nodes: { ...spots, ...found }, edges: placed?.edges ?? {} }
  }
  const moved = (all: CanvasNode[]) => {
    if (may() && all.length > 0) edit([place(Object.fromEntries(all.map((node) => [node.id, whole(node.position)])))], t('design.did.move'))
  }
  const tidy = async () => {
    const found: Placed | null = await lay()
    if (found !== null && may()) edit([{ op: 'layout', nodes: found.nodes, edges: { ...gone(bentIn(now().layout)), ...found.edges } }], t('design.did.layout'))
    fit()
  }
  const align = (how: Arrangement) => {
    const chosen = nodes.filter((node) => node.selected && node.type !== 'stop' && node.type !== 'begin')
    const found = inLine(Object.fromEntries(chosen.map((node) => [node.id, node.position])), how)
    if (may() && Object.keys(found).length > 0) edit([place(found)], t('design.did.layout'))
  }
  const connect = (link: Connection) => {
    const { model } = now()
    if (model !== null && may()) edit(linked(model, link.source, link.target), t('design.did.connect'))
  }
  /** The way of an edge drawn by hand: the first outcome that leads nowhere yet, a branch, or what comes next. */
  const linked = (model: Model, from: string, to: string): Op[] => {
    if (from === START) return [{ op: 'connect', from: '', to, way: 'start' }]
    const source = model.nodes.find((node) => node.id === from)
    const leads = (outcome: string) => model.edges.some((edge) => edge.from === from && edge.outcome === outcome && !endOf(edge.to))
    const open = (source && kindOf(catalogue, source)?.outcomes)?.find((one) => !leads(one)) ?? null
    return drawn(model, catalogue, from, to, open)
  }
  const onward = (model: Model, from: string): FlowEdge | undefined => {
    const out = model.edges.filter((edge) => (from === START ? edge.way === 'start' : edge.from === from && (edge.way === 'next' || edge.way === 'outcome')))
    return out.some((edge) => edge.way === 'outcome' && endOf(edge.to)) ? undefined : out[0]
  }
  const onEdge = (edge: FlowEdge, pick: Pick, at?: Spot) => {
    const { model, layout } = now()
    if (model === null || !may()) return
    const ops = insert(model, [edge.id], edge.to, pick, kindIn(pick))
    const made = ops.find((op) => op.op === 'add_node')
    const id = made ? (edge.to.includes('/') ? `${edge.to.slice(0, edge.to.lastIndexOf('/'))}/${made.id}` : made.id) : ''
    if (isArranged(layout) && pick.pattern === undefined)
      ops.push(at ? place({ [id]: whole(at) }) : { op: 'layout', ...makeRoom(spots, bentIn(layout), edge.to, id, edge.id) })
    edit(ops, t('design.did.add', { name: nameOf(pick) }))
  }
  /** A node put on the canvas: by itself, or after `from`, on the way that this has already where it has no free one. */
  const loose = (pick: Pick, at: Spot, from: string | null) => {
    const { model } = now()
    if (model === null || !may()) return
    const way = from === null ? undefined : onward(model, from)
    if (way !== undefined) return onEdge(way, pick, at)
    const name = newId(model, null, pick.kind)
    const [add] = drop(model, pick, kindIn(pick), at)
    const link = from === null ? [] : linked(model, from, name)
    edit([add!, ...link, place({ [name]: whole(at) })], t('design.did.add', { name: nameOf(pick) }))
  }
  const remove = () => {
    const { model, selected } = now()
    const edge = edgeIn(selected)
    const gone_ = selected.filter((id) => model?.nodes.some((node) => node.id === id))
    if (!may() || model === null || (edge === null && gone_.length === 0)) return
    const names = gone_.map((id) => nodeWords(model.nodes.find((node) => node.id === id), catalogue, language))
    if (edge !== null) edit([{ op: 'disconnect', edge }], t('design.did.disconnect'))
    else edit(gone_.map((id) => ({ op: 'remove_node', id })), t('design.did.remove', { name: list(names) }))
  }
  return { moved, tidy, align, connect, onEdge, loose, remove, fit }
}

const gone = (bends: object): Record<string, null> => Object.fromEntries(Object.keys(bends).map((id) => [id, null]))
