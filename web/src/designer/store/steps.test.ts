// Undo goes back in steps that a person meant; the guess shows an edit before the server has answered.
import type { Model } from '../types'
import { guessAll, nodeAtPath, withKey, withValue } from './optimistic'
import { back, forth, none, pushed, type Snapshot } from './steps'

const at = (text: string): Snapshot => ({ text, layout: {}, scenarios: '' })
const step = (text: string, label: string, key: string | null = null, time = 0) => ({ before: at(text), label, key, at: time })

test('letters typed into one field are one step, another field is another', () => {
  let steps = pushed(none, step('a', '标题', 'boss.title', 0))
  steps = pushed(steps, step('b', '标题', 'boss.title', 500))
  steps = pushed(steps, step('c', '标题', 'hr.title', 900))
  steps = pushed(steps, step('d', '标题', 'hr.title', 9000))
  expect(steps.past.map((one) => one.before.text)).toEqual(['a', 'c', 'd'])
})

test('back and forth end where they began, an edit forgets what was undone', () => {
  const steps = pushed(pushed(none, step('1', 'x')), step('2', 'y'))
  const once = back(steps, at('3'))!
  const twice = back(once.steps, once.to)!
  expect([once.to.text, twice.to.text, back(twice.steps, twice.to)]).toEqual(['2', '1', null])
  const again = forth(twice.steps, twice.to)!
  expect(forth(again.steps, again.to)!.to.text).toBe('3')
  expect(forth(pushed(once.steps, step('2', 'z')), at('4'))).toBeNull()
})

const model: Model = {
  process: 'p', head: { title: 'P' }, first: 'a', roles: [], unknown: {}, forms: { f: { fields: { x: {}, y: {} } } },
  nodes: [
    { id: 'a', name: 'a', in: null, kind: 'scope', config: {} },
    { id: 'a/b', name: 'b', in: 'a', kind: 'task', config: { deadline: { in: '1d' } } },
  ],
  edges: [
    { id: ':start', from: '', to: 'a', way: 'start', path: [] },
    { id: 'a:next', from: 'a', to: 'end', way: 'next', path: [] },
  ],
} // prettier-ignore

test('a path of the document leads into the node inside a body', () => {
  const [node, rest] = nodeAtPath(model, ['nodes', 'a', 'body', 'nodes', 'b', 'deadline', 'in'])
  expect([node?.id, rest]).toEqual(['a/b', ['deadline', 'in']])
})

test('edits are shown at once and nothing is changed in place', () => {
  const shown = guessAll({ model, layout: {} }, [
    { op: 'set', path: ['nodes', 'a', 'body', 'nodes', 'b', 'deadline', 'in'], value: '2d' },
    { op: 'set', path: ['title'], value: 'Q' },
    { op: 'set_node', id: 'a/b', values: { mode: 'all' }, unset: [] },
    { op: 'rename_key', path: ['forms', 'f', 'fields', 'x'], to: 'z' },
    { op: 'layout', nodes: { a: { x: 1, y: 2 } } },
  ])
  expect(shown.model.nodes[1]!.config).toEqual({ deadline: { in: '2d' }, mode: 'all' })
  expect(shown.model.head.title).toBe('Q')
  expect(Object.keys(shown.model.forms!.f!.fields!)).toEqual(['z', 'y'])
  expect(shown.layout.nodes).toEqual({ a: { x: 1, y: 2 } })
  expect(model.nodes[1]!.config).toEqual({ deadline: { in: '1d' } })
})

test('a removed node heals the way', () => {
  const shown = guessAll({ model, layout: {} }, [{ op: 'remove_node', id: 'a' }])
  expect([shown.model.nodes, shown.model.first, shown.model.edges[0]!.to]).toEqual([[], 'end', 'end'])
})

test('a node is seen where it was put, also before the server has it', () => {
  const on = guessAll({ model, layout: {} }, [
    { op: 'add_node', kind: 'notify', id: 'n', on_edge: ':start', config: { to: ['initiator'] } },
    { op: 'add_node', kind: 'task', id: 'm', on_edge: 'n:next' },
    { op: 'connect', from: 'm', to: 'end', way: 'next' },
  ]).model
  expect(on.edges.map(({ id, to }) => [id, to])).toEqual([[':start', 'n'], ['a:next', 'end'], ['n:next', 'm'], ['m:next', 'end']])
  expect([on.first, on.nodes.map((node) => node.id)]).toEqual(['n', ['a', 'a/b', 'n', 'm']])
})

test('values in lists are put, taken out and renamed', () => {
  expect(withValue({ a: [1, 2, 3] }, ['a', 1], undefined)).toEqual({ a: [1, 3] })
  expect(withValue(undefined, ['a', 'b'], 1)).toEqual({ a: { b: 1 } })
  expect(withKey({ a: 1, b: 2 }, ['a'], 'c')).toEqual({ c: 1, b: 2 })
})
