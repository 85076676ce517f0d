/** Positions that a person's edits lead to: room for a new node, a place for one that has none, nodes put in line. Pure. */
import type { Layout, Model, Spot } from '../types'
import { parentOf, SIZE, type Bent, type Placed } from './elk'

/** From one row to the next. */
export const ROW = SIZE.height + 64
const BESIDE = SIZE.width + 40

export type Arrangement = 'left' | 'centre' | 'top' | 'spread'

/** Bends as they are kept: by themselves, or with the place of the words. */
export function bentIn(layout: Layout): Record<string, Bent> {
  const found: Record<string, Bent> = {}
  for (const [id, kept] of Object.entries(layout.edges ?? {})) {
    const bent = Array.isArray(kept) ? { points: kept } : (kept as Bent)
    if (Array.isArray(bent?.points) && bent.points.length > 1) found[id] = bent
  }
  return found
}

export const isArranged = (layout: Layout) => Object.keys(layout.nodes ?? {}).length > 0

/** Positions of all that is kept, and below what leads there for what came since. */
export function spotsOf(model: Model, layout: Layout, placed: Placed): Record<string, Spot> {
  const kept = layout.nodes ?? {}
  if (!isArranged(layout)) return placed.nodes
  const found: Record<string, Spot> = { ...kept }
  const taken = (spot: Spot, around: string | null) =>
    Object.entries(found).some(([id, other]) => parentOf(id) === around && Math.abs(other.x - spot.x) < SIZE.width && Math.abs(other.y - spot.y) < SIZE.height)
  for (const id of Object.keys(placed.nodes)) {
    if (found[id] !== undefined) continue
    const above = model.edges.find((edge) => edge.to === id && found[edge.from] !== undefined)
    if (above === undefined || parentOf(above.from) !== parentOf(id)) {
      found[id] = placed.nodes[id]!
      continue
    }
    const spot = { x: found[above.from]!.x, y: found[above.from]!.y + ROW }
    while (taken(spot, parentOf(id))) spot.x += BESIDE
    found[id] = spot
  }
  return found
}

type Room = { nodes: Record<string, Spot>; edges: Record<string, Bent> }

/**
 * A new node takes the place of `to`; that and everything below in the same body goes one row down, edges with it.
 * @param on the edge that leads to the new node from now on
 */
export function makeRoom(spots: Record<string, Spot>, bends: Record<string, Bent>, to: string, id: string, on: string): Room {
  const place = spots[to]
  if (place === undefined) return { nodes: {}, edges: {} }
  const below = Object.entries(spots).filter(([one, spot]) => parentOf(one) === parentOf(to) && spot.y >= place.y - 1)
  const centred = to === 'end' || to.endsWith('/end') ? { x: place.x - (SIZE.width - SIZE.end.width) / 2, y: place.y } : place
  const nodes = { ...Object.fromEntries(below.map(([one, spot]) => [one, { x: spot.x, y: spot.y + ROW }])), [id]: centred }
  // Inside a body only its own nodes move, and bends are of the whole canvas: there the edges find their way by themselves.
  if (parentOf(to) !== null) return { nodes, edges: {} }
  const lower = (spot: Spot) => (spot.y >= place.y - 1 ? { x: spot.x, y: spot.y + ROW } : spot)
  const edges = Object.entries(bends).filter(([one, { points }]) => one !== on && points.some((spot) => lower(spot) !== spot))
  return { nodes, edges: Object.fromEntries(edges.map(([one, { points, words }]) => [one, { points: points.map(lower), ...(words ? { words: lower(words) } : {}) }])) }
}

/** Nodes in line, or spread evenly from the first to the last. */
export function inLine(spots: Record<string, Spot>, how: Arrangement): Record<string, Spot> {
  const all = Object.entries(spots)
  if (all.length < 2) return {}
  const xs = all.map(([, spot]) => spot.x)
  const ys = all.map(([, spot]) => spot.y)
  if (how === 'left') return changed(all, () => ({ x: Math.min(...xs) }))
  if (how === 'top') return changed(all, () => ({ y: Math.min(...ys) }))
  if (how === 'centre') return changed(all, () => ({ x: Math.round((Math.min(...xs) + Math.max(...xs)) / 2) }))
  const sorted = [...all].sort((a, b) => a[1].y - b[1].y)
  const gap = (Math.max(...ys) - Math.min(...ys)) / (all.length - 1)
  return changed(sorted, (_, index) => ({ y: Math.round(Math.min(...ys) + index * gap) }))
}

function changed(all: [string, Spot][], how: (spot: Spot, index: number) => Partial<Spot>): Record<string, Spot> {
  return Object.fromEntries(all.map(([id, spot], index) => [id, { ...spot, ...how(spot, index) }]))
}
