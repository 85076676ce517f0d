/** The process of a case as it runs: read only; pan, zoom, and look. */
import { MarkerType, ReactFlowProvider, useReactFlow } from '@xyflow/react'
import { Skeleton } from 'antd'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '../api/client'
import { useLanguage } from '../i18n'
import { usePhone } from '../shared/usePhone'
import type { Plan } from '../workbench/plan'
import { outcomeName } from '../workbench/tasks/outcomes'
import { Card, type CardNode } from './Card'
import { BEGIN, drawing, END, type Drawing } from './graph'
import { layout, type Placed } from './layout'
import { Route, type RouteEdge } from './Route'
import { Sheet } from './Sheet'
import { standings, taken } from './states'
import './diagram.css'

const nodeTypes = { card: Card }
const edgeTypes = { route: Route }
/** Larger graphs are shown around where the case stands, not whole. */
const WHOLE = 14

type Props = { plan: Plan; about: Schema<'Case'>; tasks: Schema<'Task'>[]; lines: Schema<'Line'>[] }

function useLayout(shape: Drawing, across: boolean): Placed | null {
  const [placed, place] = useState<Placed | null>(null)
  useEffect(() => {
    let gone = false
    void layout(shape, across ? 'RIGHT' : 'DOWN').then((found) => gone || place(found))
    return () => {
      gone = true
    }
  }, [shape, across])
  return placed
}

function Flow({ plan, about, tasks, lines }: Props) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const across = !usePhone()
  const flow = useReactFlow()
  const shape = useMemo(() => drawing(plan, language, (id, title) => outcomeName(id, title, t)), [plan, language, t])
  const placed = useLayout(shape, across)
  const late = tasks.filter((task) => task.breached).map((task) => task.path)
  const stands = useMemo(() => standings(lines, late), [lines, late.join()])
  const went = useMemo(() => taken(lines), [lines])
  const ended = about.ended_at !== null

  const nodes = useMemo<CardNode[]>(
    () =>
      shape.nodes.map(({ id, width, height }) => {
        const round = id === BEGIN || (id === END && !plan.body.nodes[END])
        const kind = id === BEGIN ? 'begin' : round ? 'finish' : (shape.kinds.get(id) ?? '')
        const title = round ? t(id === BEGIN ? 'work.diagram.begin' : 'work.diagram.end') : (shape.titles.get(id) ?? id)
        const own = stands.get(id)
        const standing = id === BEGIN ? { state: 'done' as const, visits: 1 } : round && ended ? { state: 'done' as const, visits: 1 } : own
        return {
          id,
          type: 'card',
          position: placed?.at.get(id) ?? { x: 0, y: 0 },
          width,
          height,
          data: { title, kind, standing, across },
        }
      }),
    [shape, placed, stands, ended, across, t],
  )
  const edges = useMemo<RouteEdge[]>(
    () =>
      shape.edges.map(({ id, from, to }) => ({
        id,
        source: from,
        target: to,
        type: 'route',
        markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14 },
        data: { bends: placed?.bends.get(id), label: shape.labels.get(id), taken: from === BEGIN || went.has(id) },
      })),
    [shape, placed, went],
  )
  useEffect(() => {
    if (!placed) return
    const active = [...stands].filter(([, one]) => ['running', 'late', 'failed'].includes(one.state)).map(([id]) => ({ id }))
    const around = shape.nodes.length > WHOLE && active.length > 0
    requestAnimationFrame(() => {
      void flow.fitView({ padding: around ? 0.6 : 0.08, maxZoom: 1, minZoom: 0.55, ...(around ? { nodes: active } : {}) })
    })
    // eslint-disable-next-line -- where the case stands is looked for once, not at every step
  }, [placed])
  if (!placed) return <Skeleton active style={{ padding: 24 }} />
  return (
    <Sheet nodes={nodes} edges={edges} nodeTypes={nodeTypes} edgeTypes={edgeTypes} aria-label={t('work.case.diagram')} />
  )
}

export default function Diagram(props: Props) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  )
}
