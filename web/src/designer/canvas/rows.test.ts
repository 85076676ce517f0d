// The layout of large graphs: every node has a place of its own, below what leads to it.
import type { FlowEdge, Model } from '../types'
import { SIZE } from './elk'
import { inRows } from './rows'

const node = (id: string) => ({ id, name: id.split('/').pop()!, in: id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : null, kind: 'task', config: {} })
const edge = (from: string, to: string): FlowEdge => ({ id: `${from}>${to}`, from, to, way: 'next', path: [] })
const model = (ids: string[], links: [string, string][]): Model => ({
  process: 'p', head: {}, first: ids[0]!, nodes: ids.map(node), edges: links.map(([from, to]) => edge(from, to)), roles: [], unknown: {},
}) // prettier-ignore

test('branches stand beside each other, what follows both below them, a way back changes nothing', () => {
  const { nodes } = inRows(model(['a', 'b', 'c', 'd'], [['a', 'b'], ['a', 'c'], ['b', 'd'], ['c', 'd'], ['d', 'a'], ['d', 'end']]))
  expect(nodes.b!.y).toBe(nodes.c!.y)
  expect(Math.abs(nodes.b!.x - nodes.c!.x)).toBeGreaterThanOrEqual(SIZE.width)
  const down = [nodes['(start)']!.y, nodes.a!.y, nodes.b!.y, nodes.d!.y, nodes.end!.y]
  expect(down).toEqual([...down].sort((one, other) => one - other))
  expect(new Set(down).size).toBe(5)
})

test('a body is as large as what it holds, whose places are from its corner', () => {
  const { nodes, sizes } = inRows(model(['s', 's/x', 's/y'], [['s', 'end'], ['s/x', 's/y'], ['s/y', 's/end']]))
  expect(sizes.s!.height).toBeGreaterThan(nodes['s/end']!.y)
  expect(nodes['s/x']!.y).toBeGreaterThan(0)
  expect(nodes['s/y']!.y).toBeGreaterThan(nodes['s/x']!.y)
})

test('two thousand nodes in a chain with three thousand edges are placed at once, none upon another', () => {
  const ids = Array.from({ length: 2000 }, (_, index) => `n${index}`)
  const links = ids.flatMap((id, index): [string, string][] => [[id, ids[index + 1] ?? 'end'], ...(index % 2 ? ([[id, 'end']] as [string, string][]) : [])])
  const { nodes } = inRows(model(ids, links))
  expect(Object.keys(nodes)).toHaveLength(2002)
  expect(new Set(Object.values(nodes).map(({ x, y }) => `${x} ${y}`)).size).toBe(2002)
})
