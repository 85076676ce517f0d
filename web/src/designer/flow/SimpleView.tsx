/** The simple view: the process as a vertical tree that lays itself out. Nothing is placed by hand. */
import { MinusOutlined, PlusOutlined, UserOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listIn, useLanguage } from '../../i18n'
import { useCatalogue, useNamed, useWho } from '../catalogue'
import { edit, select, useDesign } from '../store/design'
import type { FlowEdge, FlowNode, Model, Problem } from '../types'
import { edgeWords, nodeWords } from '../words'
import { Card } from './Card'
import { addBranch, insert, type Pick } from './edits'
import { Drawing, Lines, type Drawn } from './Lines'
import { treeOf } from './tree'
import './simple.css'

const SCALES = [0.4, 0.5, 0.65, 0.8, 0.9, 1, 1.15, 1.3]
const EDGE = 'edge:'
const none: readonly Problem[] = []

/** The node before the first: who may start, and with which form. */
function Beginning({ model }: { model: Model }) {
  const { t } = useTranslation()
  const selected = useDesign((state) => state.selected.includes(START))
  const { language } = useLanguage()
  const who = listIn(useWho((model.access?.start as string[] | undefined) ?? []), language)
  return (
    <div className={`card beginning ${selected ? 'selected' : ''}`}>
      <button type="button" className="card-face" onClick={() => select([START])} data-testid="card-start">
        <span className="card-head">
          <UserOutlined />
          <span className="card-name">{t('flow.initiator')}</span>
        </span>
        <span className="card-says">{who || t('flow.everybody')}</span>
      </button>
    </div>
  )
}
/** What is selected when the beginning is: no node has such an id. */
export const START = '(start)'

/** Edges are selected as `edge:<id>` beside the ids of nodes. */
export const edgeName = (id: string) => EDGE + id
export const edgeIn = (selected: readonly string[]) => selected.find((one) => one.startsWith(EDGE))?.slice(EDGE.length) ?? null

function useDrawn(): Drawn | null {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const catalogue = useCatalogue()
  const named = useNamed()
  const model = useDesign((state) => state.model)
  const problems = useDesign((state) => state.problems)
  const selected = useDesign((state) => state.selected)
  const may = useDesign((state) => state.design?.may.edit === true)
  const byNode = useMemo(() => {
    const found = new Map<string, Problem[]>()
    for (const problem of problems) if (problem.node !== null) found.set(problem.node, [...(found.get(problem.node) ?? []), problem])
    return found
  }, [problems])
  if (model === null) return null
  const named_ = (node: FlowNode) => nodeWords(node, catalogue, language)
  const card = (node: FlowNode) => (
    <Card
      node={node}
      catalogue={catalogue}
      problems={byNode.get(node.id) ?? none}
      selected={selected.includes(node.id)}
      tryable
      choose={(event) => select(event.shiftKey ? [...selected, node.id] : [node.id])}
      remove={may ? () => edit([{ op: 'remove_node', id: node.id }], t('design.did.remove', { name: named_(node) })) : undefined}
    />
  )
  const shown: Drawn = { model, catalogue, named, card, chosen: edgeIn(selected), chooseEdge: (edge: FlowEdge) => select([edgeName(edge.id)]) }
  if (!may) return shown
  return {
    ...shown,
    insert: (edges: string[], to: string, pick: Pick) => {
      const kind = catalogue.kinds.find((one) => one.kind === pick.kind)
      const action = catalogue.actions.find((one) => one.do === pick.config?.do)
      const name = (action ?? kind)?.title[language] ?? pick.kind
      edit(insert(model, edges, to, pick, kind), t('design.did.add', { name }))
    },
    addBranch: (node, to) => edit(addBranch(node, to), t('design.did.branch')),
    removeEdge: (edge) => edit([{ op: 'disconnect', edge: edge.id }], t('design.did.disconnect')),
  }
}

/** Arrow keys go from card to card in reading order. */
function stepCards(event: React.KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const target = event.target as HTMLElement
  if (!target.classList.contains('card-face')) return
  const cards = [...event.currentTarget.querySelectorAll<HTMLElement>('.card-face')]
  const next = cards[cards.indexOf(target) + (event.key === 'ArrowDown' ? 1 : -1)]
  if (next === undefined) return
  event.preventDefault()
  next.focus()
  next.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}

export function SimpleView() {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const drawn = useDrawn()
  const model = useDesign((state) => state.model)
  const selected = useDesign((state) => state.selected)
  const catalogue = useCatalogue()
  const tree = useMemo(() => (model === null || catalogue.kinds.length === 0 ? null : treeOf(model, catalogue)), [model, catalogue])
  const [scale, setScale] = useState(1)
  const sheet = useRef<HTMLDivElement>(null)
  const first = selected[0]
  useEffect(() => {
    if (first === undefined) return
    const card = sheet.current?.querySelector(`[data-node="${CSS.escape(first)}"]`)
    card?.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'smooth' })
  }, [first])
  const fresh = tree === null
  useEffect(() => {
    const box = sheet.current?.parentElement
    if (fresh || !box) return
    box.scrollLeft = (box.scrollWidth - box.clientWidth) / 2
    // The drawer takes its room from both sides of what is looked at.
    let width = box.clientWidth
    const resized = new ResizeObserver(() => {
      box.scrollLeft += (width - box.clientWidth) / 2
      width = box.clientWidth
    })
    resized.observe(box)
    return () => resized.disconnect()
  }, [fresh, scale])
  if (drawn === null || tree === null || model === null) return null
  const zoom = (by: number) => setScale(SCALES[Math.min(Math.max(SCALES.indexOf(scale) + by, 0), SCALES.length - 1)]!)
  return (
    <>
    <div className="simple" onKeyDown={stepCards} onClick={(event) => event.target === event.currentTarget && select([])}>
      <div className="simple-sheet" ref={sheet} style={{ zoom: scale }}>
        <Drawing.Provider value={drawn}>
          <Beginning model={model} />
          <Lines line={tree.main} />
          {tree.asides.length > 0 && (
            <div className="asides">
              <h2>
                {t('flow.asides')} <span className="soft">{t('flow.asidesHint')}</span>
              </h2>
              {tree.asides.map((one, index) => {
                const from = model.nodes.find((node) => node.id === one.edge?.from)
                return (
                  <section key={one.edge?.id ?? index} className="aside">
                    <h3 className={one.edge ? '' : 'bad'}>
                      {one.edge
                        ? t('flow.asideFrom', { from: nodeWords(from, catalogue, language), words: edgeWords(one.edge, model, drawn.named, language) })
                        : t('flow.unreached')}
                    </h3>
                    <Lines line={one.line} />
                  </section>
                )
              })}
            </div>
          )}
        </Drawing.Provider>
      </div>
    </div>
      <div className="zoom" role="group">
        <Button icon={<MinusOutlined />} aria-label={t('flow.zoomOut')} onClick={() => zoom(-1)} disabled={scale === SCALES[0]} />
        <span aria-live="polite">{Math.round(scale * 100)}%</span>
        <Button icon={<PlusOutlined />} aria-label={t('flow.zoomIn')} onClick={() => zoom(1)} disabled={scale === SCALES[SCALES.length - 1]} />
      </div>
    </>
  )
}
