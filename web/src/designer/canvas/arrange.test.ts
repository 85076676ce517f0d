// Where nodes go when a person adds one, lines some up, or comes back to a drawing that others have added to.
import type { Model } from '../types'
import { inLine, makeRoom, ROW, spotsOf } from './arrange'
import type { Placed } from './elk'

const node = (id: string) => ({ id, name: id, in: null, kind: 'task', config: {} })
const edge = (from: string, to: string) => ({ id: `${from}>${to}`, from, to, way: 'next' as const, path: [] })
const model: Model = { process: 'p', head: {}, first: 'a', nodes: ['a', 'b', 'c', 'd'].map(node), edges: [edge('a', 'b'), edge('a', 'c'), edge('c', 'd')], roles: [], unknown: {} }
const placed: Placed = { nodes: { a: { x: 0, y: 0 }, b: { x: 0, y: 1 }, c: { x: 0, y: 2 }, d: { x: 0, y: 3 } }, sizes: {}, edges: {} }

test('without a drawing of one’s own the layout holds', () => {
  expect(spotsOf(model, {}, placed)).toBe(placed.nodes)
})

test('what was added since stands below what leads to it, beside what is there', () => {
  const spots = spotsOf(model, { nodes: { a: { x: 100, y: 100 }, b: { x: 100, y: 100 + ROW } } }, placed)
  expect([spots.a, spots.b]).toEqual([{ x: 100, y: 100 }, { x: 100, y: 100 + ROW }])
  expect(spots.c!.y).toBe(100 + ROW)
  expect(spots.c!.x).toBeGreaterThan(300)
  expect(spots.d).toEqual({ x: spots.c!.x, y: 100 + 2 * ROW })
})

test('a node put in pushes what is below down, and nothing above', () => {
  const bends = { 'a>b': { points: [{ x: 5, y: 88 }, { x: 5, y: 150 }] }, 'a>end': { points: [{ x: 9, y: 88 }, { x: 9, y: 300 }], words: { x: 9, y: 100 } } }
  expect(makeRoom({ a: { x: 0, y: 0 }, b: { x: 9, y: 150 }, end: { x: 76, y: 300 } }, bends, 'b', 'new', 'a>b')).toEqual({
    nodes: { b: { x: 9, y: 150 + ROW }, end: { x: 76, y: 300 + ROW }, new: { x: 9, y: 150 } },
    edges: { 'a>end': { points: [{ x: 9, y: 88 }, { x: 9, y: 300 + ROW }], words: { x: 9, y: 100 } } },
  })
})

test('nodes are put in line or spread', () => {
  const spots = { a: { x: 0, y: 0 }, b: { x: 40, y: 10 }, c: { x: 20, y: 100 } }
  expect(Object.values(inLine(spots, 'left')).map((spot) => spot.x)).toEqual([0, 0, 0])
  expect(Object.values(inLine(spots, 'centre')).map((spot) => spot.x)).toEqual([20, 20, 20])
  expect(Object.values(inLine(spots, 'spread')).map((spot) => spot.y)).toEqual([0, 50, 100])
  expect(inLine({ a: { x: 0, y: 0 } }, 'left')).toEqual({})
})
