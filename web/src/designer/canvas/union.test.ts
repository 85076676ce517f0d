// Two versions in one drawing: what came, what went, what is another.
import type { Change, FlowEdge, Model } from '../types'
import { unionOf } from './union'

const node = (id: string) => ({ id, name: id, in: null, kind: 'task', config: {} })
const edge = (from: string, to: string): FlowEdge => ({ id: `${from}:next`, from, to, way: 'next', path: [] })
const model = (ids: string[], edges: FlowEdge[]): Model => ({ process: 'p', head: {}, first: ids[0]!, nodes: ids.map(node), edges, roles: [], unknown: {} })

test('a node that is gone is drawn with its edges, beside what took its place', () => {
  const before = model(['a', 'b', 'c'], [edge('a', 'b'), edge('b', 'c'), edge('c', 'end')])
  const after = model(['a', 'x', 'c'], [edge('a', 'x'), edge('x', 'c'), edge('c', 'end')])
  const changes = [{ node: 'c', op: 'changed', what: 'node', path: [], zh: '', en: '' }] as Change[]
  const { model: both, marks, looks } = unionOf(before, after, changes)
  expect(both.nodes.map(({ id }) => [id, marks[id] ?? ''])).toEqual([['a', ''], ['x', 'added'], ['c', 'changed'], ['b', 'removed']])
  expect(both.edges.map(({ id, to }) => [id, to, looks[id] ?? ''])).toEqual([
    ['a:next', 'x', 'added'],
    ['x:next', 'c', 'added'],
    ['c:next', 'end', ''],
    ['-a:next', 'b', 'removed'],
    ['-b:next', 'c', 'removed'],
  ])
})
