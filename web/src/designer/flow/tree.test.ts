// The simple view's tree holds every node once, whatever the graph.
import type { FlowEdge, FlowNode, Model } from '../types'
import { meetings } from './order'
import { nodesOf, treeOf, type Item, type Line } from './tree'

const kinds = [
  { kind: 'approval', outcomes: ['approved', 'rejected'] },
  { kind: 'task', outcomes: ['done'] },
] as never

/** `boss: approval approved>hr rejected>end` a line. */
export function model(text: string): Model {
  const nodes: FlowNode[] = []
  const edges: FlowEdge[] = []
  for (const line of text.trim().split('\n')) {
    const [head, kind, ...ways] = line.trim().split(/\s+/)
    const id = head!.replace(':', '')
    const around = id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : null
    nodes.push({ id, name: id, in: around, kind: kind!, config: {} })
    ways.forEach((way, index) => {
      const [name, to] = way.includes('>') ? way.split('>') : ['next', way]
      const sort = name === 'next' || name === 'error' || name === 'deadline' ? name : name === '?' ? 'branch' : 'outcome'
      edges.push({ id: `${id}:${sort}:${index}`, from: id, to: to!, way: sort, path: [], outcome: name } as FlowEdge)
    })
  }
  const first = nodes[0]?.id ?? null
  if (first) edges.unshift({ id: ':start', from: '', to: first, way: 'start', path: [] })
  return { process: 'p', head: {}, first, nodes, edges, roles: [], unknown: {} }
}

const items = (line: Line): string[] =>
  line.items.map((item: Item) => (item.sort === 'node' ? item.node.id : item.sort === 'jump' ? `>${item.edge.to}` : 'end'))

function everywhere(found: Model): string[] {
  const tree = treeOf(found, { kinds })
  return [...nodesOf(tree.main), ...tree.asides.flatMap((one) => nodesOf(one.line))].map((node) => node.id)
}

test('a refusal that ends stands at its card, the line goes on', () => {
  const found = model('a: approval approved>b rejected>no\nb: approval approved>end rejected>no\nno: end')
  const tree = treeOf(found, { kinds })
  expect(items(tree.main)).toEqual(['a', 'b', 'end'])
  expect(tree.asides.map((one) => items(one.line))).toEqual([['no']])
})

test('branches stand side by side and meet again', () => {
  const found = model('c: choice ?>x ?>y ?>m\nx: task m\ny: task z\nz: task m\nm: task end')
  const tree = treeOf(found, { kinds })
  const branches = (tree.main.items[0] as Extract<Item, { sort: 'node' }>).branches!
  expect(items(tree.main)).toEqual(['c', 'm', 'end'])
  expect(branches.map((one) => items(one.line))).toEqual([['x'], ['y', 'z'], []])
})

test('an edge back is a jump', () => {
  const found = model('a: task b\nb: task done>end again>a')
  const tree = treeOf(found, { kinds })
  const branches = (tree.main.items[1] as Extract<Item, { sort: 'node' }>).branches!
  expect(branches.map((one) => items(one.line))).toEqual([[], ['>a']])
})

test('a node that nothing leads to is shown beside', () => {
  const found = model('a: task end\nlost: task end')
  expect(treeOf(found, { kinds }).asides.map((one) => [one.edge, items(one.line)])).toEqual([[null, ['lost', 'end']]])
})

test('bodies and the alternatives of a race stand inside', () => {
  const found = model('s: scope r\ns/in: task s/end\nr: race\nr/paid: receive pay\nr/late: wait end\npay: task end')
  expect(everywhere(found).sort()).toEqual(['pay', 'r', 'r/late', 'r/paid', 's', 's/in'])
})

test('every node stands in the tree once, in five hundred graphs of any shape', () => {
  let seed = 7
  const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n
  for (let round = 0; round < 500; round += 1) {
    const size = 1 + random(14)
    const lines = Array.from({ length: size }, (_, i) => {
      const kind = ['task', 'approval', 'choice', 'set'][random(4)]!
      const ways = Array.from({ length: kind === 'set' ? 1 : 1 + random(3) }, (_, w) => {
        const to = random(size + 1) === size ? 'end' : `n${random(size)}`
        return kind === 'choice' ? `?>${to}` : kind === 'set' ? to : `${['approved', 'rejected', 'other'][w]}>${to}`
      })
      return `n${i}: ${kind} ${ways.join(' ')}`
    })
    const found = everywhere(model(lines.join('\n')))
    expect([...found].sort()).toEqual(Array.from({ length: size }, (_, i) => `n${i}`).sort())
  }
})

test('where ways meet is found through loops, and nowhere where they never end', () => {
  const ways = new Map([['a', ['b', 'c']], ['b', ['d']], ['c', ['d', 'a']], ['d', ['e']], ['e', []], ['x', ['x']]])
  const found = meetings(ways)
  expect([found.get('a'), found.get('c'), found.get('x')]).toEqual(['d', 'd', null])
})
