/** A layout for large graphs, where the layout engine would take minutes: nodes in rows, each below what leads there. Pure. */
import type { Model } from '../types'
import { endOf, parentOf, SIZE, type Placed } from './elk'

const GAP = { x: 48, y: 64 }
const HEAD = 48
const PAD = 28
const MOST_BESIDE = 60

type Size = { width: number; height: number }

/** The row of each node: one below the lowest that leads to it. Edges that lead back up do not count. */
function ranks(ids: readonly string[], links: ReadonlyMap<string, string[]>, first: string | undefined): Map<string, number> {
  const state = new Map<string, 'open' | 'done'>()
  const order: string[] = []
  const back = new Set<string>()
  const visit = (start: string) => {
    const stack: [string, number][] = [[start, 0]]
    state.set(start, 'open')
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!
      const next = links.get(top[0])?.[top[1]++]
      if (next === undefined) {
        state.set(top[0], 'done')
        order.push(top[0])
        stack.pop()
      } else if (state.get(next) === 'open') back.add(`${top[0]}>${next}`)
      else if (!state.has(next)) {
        state.set(next, 'open')
        stack.push([next, 0])
      }
    }
  }
  for (const id of first === undefined ? ids : [first, ...ids]) if (!state.has(id)) visit(id)
  const rank = new Map(ids.map((id) => [id, 0]))
  for (const id of order.reverse())
    for (const next of links.get(id) ?? []) if (!back.has(`${id}>${next}`)) rank.set(next, Math.max(rank.get(next)!, rank.get(id)! + 1))
  return rank
}

/** Rows from the top, each in the order in which the row above leads to it. */
function rowsOf(ids: readonly string[], rank: ReadonlyMap<string, number>, links: ReadonlyMap<string, string[]>): string[][] {
  const rows: string[][] = []
  for (const id of ids) (rows[rank.get(id)!] ??= []).push(id)
  const wide = rows.filter(Boolean).flatMap((row) => Array.from({ length: Math.ceil(row.length / MOST_BESIDE) }, (_, part) => row.slice(part * MOST_BESIDE, (part + 1) * MOST_BESIDE)))
  const into = new Map<string, string[]>()
  for (const [from, to] of links) for (const one of to) into.set(one, [...(into.get(one) ?? []), from])
  const place = new Map<string, number>()
  for (const row of wide) {
    const wanted = (id: string) => {
      const above = (into.get(id) ?? []).map((one) => place.get(one)).filter((one): one is number => one !== undefined)
      return above.length ? above.reduce((sum, one) => sum + one, 0) / above.length : 0
    }
    const at = new Map(row.map((id) => [id, wanted(id)]))
    row.sort((a, b) => at.get(a)! - at.get(b)!)
    row.forEach((id, index) => place.set(id, index - (row.length - 1) / 2))
  }
  return wide
}

function body(model: Model, around: string | null, found: Placed): Size {
  const inside = model.nodes.filter((node) => node.in === around).map((node) => node.id)
  const ends = [...new Set(model.edges.map((edge) => edge.to).filter((to) => endOf(to) && parentOf(to) === around))]
  const ids = [...(around === null ? ['(start)'] : []), ...inside, ...ends]
  const bodies = new Set(model.nodes.map((node) => node.in))
  for (const id of ids) {
    const own = id === '(start)' || endOf(id) ? SIZE.end : { width: SIZE.width, height: SIZE.height }
    found.sizes[id] = bodies.has(id) ? body(model, id, found) : { width: own.width, height: own.height }
  }
  const known = new Set(ids)
  const links = new Map<string, string[]>(model.first && around === null ? [['(start)', [model.first]]] : [])
  for (const edge of model.edges) if (known.has(edge.from) && known.has(edge.to) && edge.from !== edge.to) links.set(edge.from, [...(links.get(edge.from) ?? []), edge.to])
  const rows = rowsOf(ids, ranks(ids, links, around === null ? '(start)' : undefined), links)
  const widths = rows.map((row) => row.reduce((sum, id) => sum + found.sizes[id]!.width + GAP.x, -GAP.x))
  const widest = Math.max(SIZE.width, ...widths)
  let y = around === null ? 0 : HEAD
  rows.forEach((row, index) => {
    let x = PAD + (widest - widths[index]!) / 2
    for (const id of row) {
      found.nodes[id] = { x: Math.round(x), y: Math.round(y) }
      x += found.sizes[id]!.width + GAP.x
    }
    y += Math.max(...row.map((id) => found.sizes[id]!.height)) + GAP.y
  })
  return { width: widest + 2 * PAD, height: y - GAP.y + PAD }
}

/** Positions alone: edges find their way by themselves. */
export function inRows(model: Model): Placed {
  const found: Placed = { nodes: {}, sizes: {}, edges: {} }
  body(model, null, found)
  return found
}
