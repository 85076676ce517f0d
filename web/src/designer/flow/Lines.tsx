/** Draws a tree as nested lists: a line downwards, branches side by side, bodies inside. Reading order is running order. */
import { CloseCircleOutlined, PlusOutlined } from '@ant-design/icons'
import { Popover } from 'antd'
import { createContext, useContext, useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../i18n'
import { usePhone } from '../../shared/usePhone'
import type { Named } from '../props/conditions'
import type { Catalogue, FlowEdge, FlowNode, Model } from '../types'
import { edgeWords, targetWords } from '../words'
import { AddMenu } from './AddMenu'
import type { Pick } from './edits'
import type { Branch, Item, Line } from './tree'
import './lines.css'

export type Drawn = {
  model: Model
  catalogue: Catalogue
  named: readonly Named[]
  card: (node: FlowNode) => ReactNode
  /** Left out: nothing can be changed. */
  insert?: (edges: string[], to: string, pick: Pick) => void
  addBranch?: (node: FlowNode, to: string) => void
  removeEdge?: (edge: FlowEdge) => void
  chooseEdge?: (edge: FlowEdge) => void
  chooseNode?: (id: string) => void
  chosen?: string | null
  lit?: ReadonlySet<string>
}
export const Drawing = createContext<Drawn | null>(null)
const useDrawing = () => useContext(Drawing)!

/** Whether any of some edges has been taken; never where nothing is lit. */
function useLit() {
  const { lit } = useDrawing()
  return (edges: readonly string[]) => lit !== undefined && edges.some((edge) => lit.has(edge))
}

function Plus({ edges, to }: { edges: string[]; to: string }) {
  const { t } = useTranslation()
  const phone = usePhone()
  const [open, setOpen] = useState(false)
  const { insert } = useDrawing()
  if (insert === undefined || edges.length === 0) return null
  const choose = (pick: Pick) => {
    setOpen(false)
    insert(edges, to, pick)
  }
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement={phone ? 'bottom' : 'right'}
      destroyOnHidden
      content={<AddMenu simple choose={choose} leave={() => setOpen(false)} />}
    >
      <button type="button" className="plus" aria-label={t('flow.add.title')} data-testid={`plus-${edges[0]}`}>
        <PlusOutlined />
      </button>
    </Popover>
  )
}

/** The stroke above something, with its "+". */
function Stroke({ edges, to, arrow = true }: { edges: string[]; to: string; arrow?: boolean }) {
  const lit = useLit()
  return (
    <div className={`stroke ${arrow ? 'arrow' : ''} ${lit(edges) ? 'lit' : ''}`}>
      <Plus edges={edges} to={to} />
    </div>
  )
}

export function Chip({ edge }: { edge: FlowEdge }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const { model, catalogue, named, chooseNode, chooseEdge, chosen, lit } = useDrawing()
  const words = edgeWords(edge, model, named, language)
  const to = targetWords(edge.to, model, catalogue, language)
  const there = model.nodes.some((node) => node.id === edge.to)
  const go = chooseEdge ? () => chooseEdge(edge) : chooseNode && there ? () => chooseNode(edge.to) : undefined
  const sort = ['error', 'deadline', 'message'].includes(edge.way) ? edge.way : 'outcome'
  return (
    <button type="button" disabled={!go} className={`chip ${sort} ${chosen === edge.id ? 'chosen' : ''} ${lit?.has(edge.id) ? 'lit' : ''}`} onClick={go} title={t('flow.leads', { words, to })}>
      {words && <strong>{words}</strong>} → {to}
    </button>
  )
}

function BranchHead({ branch, index, last }: { branch: Branch; index: number; last: boolean }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const { model, named, chooseEdge, removeEdge, chosen } = useDrawing()
  const edge = branch.edge
  if (edge === null) return null
  const source = model.nodes.find((node) => node.id === edge.from)
  const plain = edge.when === undefined || edge.when === null
  const unset = edge.way === 'branch' && !plain && /^\s*(\$\{\s*(true)?\s*\})?\s*$/.test(String(edge.when))
  const words = unset ? t('flow.conditionUnset') : edgeWords(edge, model, named, language) || t('flow.always')
  return (
    <div className={`branch-head ${unset ? 'unset' : ''} ${chosen === edge.id ? 'chosen' : ''}`}>
      <button type="button" onClick={chooseEdge ? () => chooseEdge(edge) : undefined} disabled={!chooseEdge} data-testid={`edge-${edge.id}`}>
        {source?.kind === 'choice' && <span className="soft">{last && plain ? t('flow.default') : t('flow.priority', { number: index + 1 })}</span>}
        <strong>{words}</strong>
      </button>
      {removeEdge && edge.way === 'branch' && (
        <button type="button" className="branch-remove" aria-label={t('flow.removeBranch')} onClick={() => removeEdge(edge)}>
          <CloseCircleOutlined />
        </button>
      )}
    </div>
  )
}

/** Tells each branch how far its middle is from that of all of them, where the way comes in and goes out. */
function useReach() {
  const list = useRef<HTMLUListElement>(null)
  useLayoutEffect(() => {
    const middle = (list.current?.offsetWidth ?? 0) / 2
    for (const one of list.current?.children ?? []) {
      if (!(one instanceof HTMLElement)) continue
      const away = middle - (one.offsetLeft + one.offsetWidth / 2)
      one.style.setProperty('--reach', `${Math.abs(away)}px`)
      one.classList.toggle('before-middle', away > 0)
    }
  })
  return list
}

function Branches({ node, branches, to }: { node: FlowNode; branches: Branch[]; to: string }) {
  const { t } = useTranslation()
  const { addBranch } = useDrawing()
  const lit = useLit()
  const list = useReach()
  const branching = node.kind === 'choice' || node.kind === 'fork'
  const entered = (branch: Branch) => branch.edge !== null && lit([branch.edge.id])
  return (
    <div className={`branches-box ${branches.some(entered) ? 'lit' : ''}`}>
      {branching && addBranch && (
        <button type="button" className="branch-add" onClick={() => addBranch(node, to)} data-testid={`branch-${node.id}`}>
          <PlusOutlined /> {t(node.kind === 'choice' ? 'flow.addCondition' : 'flow.addBranch')}
        </button>
      )}
      <ul className="branches" ref={list}>
        {branches.map((branch, index) => (
          <li key={branch.edge?.id ?? index} className="branch">
            {entered(branch) && <span className="way-in" />}
            {lit(branch.line.tail) && <span className="way-out" />}
            <div className={`branch-in ${entered(branch) ? 'lit' : ''}`}>
              <BranchHead branch={branch} index={index} last={index === branches.length - 1} />
              <Lines line={branch.line} />
              {branch.line.tail.length > 0 && <Stroke edges={branch.line.tail} to={to} arrow={false} />}
              {branch.line.tail.length > 0 && <div className={`branch-out ${lit(branch.line.tail) ? 'lit' : ''}`} />}
            </div>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Stop({ item, at }: { item: Extract<Item, { sort: 'end' }>; at: string }) {
  const { t } = useTranslation()
  return (
    <li className="line-item">
      <Stroke edges={item.into} to={at} />
      <span className="stop">{t('flow.end')}</span>
    </li>
  )
}

function One({ item, next }: { item: Item; next: string }) {
  const { model, card } = useDrawing()
  if (item.sort === 'end') return <Stop item={item} at={item.id} />
  if (item.sort === 'jump')
    return (
      <li className="line-item">
        <Stroke edges={[item.edge.id]} to={item.edge.to} />
        <Chip edge={item.edge} />
      </li>
    )
  const { node } = item
  const raced = model.nodes.find((one) => one.id === node.in)?.kind === 'race'
  return (
    <li className="line-item">
      {raced && item.into.length === 0 ? <div className="stroke arrow" /> : <Stroke edges={item.into} to={node.id} />}
      <div className="card-row">
        {card(node)}
        {item.chips.length > 0 && (
          <div className="chips">
            {item.chips.map((edge) => (
              <Chip key={edge.id} edge={edge} />
            ))}
          </div>
        )}
      </div>
      {item.inside && (
        <div className="inside">
          <Lines line={item.inside} />
        </div>
      )}
      {item.branches && <Branches node={node} branches={item.branches} to={next} />}
    </li>
  )
}

/** `follows`: where the bottom of the line leads. */
export function Lines({ line, follows = 'end' }: { line: Line; follows?: string }) {
  const { model } = useDrawing()
  const after = (index: number): string => {
    const next = line.items[index + 1]
    if (next?.sort === 'node') return next.node.id
    if (next?.sort === 'end') return next.id
    const edge = model.edges.find((one) => line.tail.includes(one.id))
    return edge?.to ?? follows
  }
  return (
    <ol className="line">
      {line.items.map((item, index) => (
        <One key={item.sort === 'node' ? item.node.id : item.sort === 'jump' ? item.edge.id : `end-${index}`} item={item} next={after(index)} />
      ))}
    </ol>
  )
}
