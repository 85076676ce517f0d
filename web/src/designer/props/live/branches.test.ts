// Which branch the sample takes, by the rules of choices and forks.
import type { FlowEdge } from '../../types'
import { fates } from './branches'
import type { Result } from './evaluate'

const edge = (id: string, when: string | null = `\${ ${id} }`): FlowEdge => ({ id, from: 'way', to: id, way: 'branch', path: [], when })
const yes = { value: true, problem: null } as Result
const no = { value: false, problem: null } as Result
const bad = { value: null, problem: { code: 'expression' } } as Result
const three = [edge('a'), edge('b'), edge('c', null)]

test('a choice takes the first that holds, and its default where none does', () => {
  expect(fates('choice', three, { a: no, b: yes })).toEqual({ a: 'left', b: 'taken', c: 'left' })
  expect(fates('choice', three, { a: yes, b: yes })).toEqual({ a: 'taken', b: 'left', c: 'left' })
  expect(fates('choice', three, { a: no, b: no })).toEqual({ a: 'left', b: 'left', c: 'taken' })
})

test('a condition that fails stops a choice there, and only where it is come to', () => {
  expect(fates('choice', three, { a: bad, b: yes })).toEqual({ a: 'stuck', b: 'left', c: 'left' })
  expect(fates('choice', three, { a: yes, b: bad })).toEqual({ a: 'taken', b: 'left', c: 'left' })
})

test('nothing is said of what depends on an answer that has not come', () => {
  expect(fates('choice', three, { b: yes })).toEqual({ a: 'unknown', b: 'unknown', c: 'unknown' })
  expect(fates('choice', three, { a: yes })).toEqual({ a: 'taken', b: 'left', c: 'left' })
})

test('a fork takes each that holds, all where none has a condition, its default where none holds', () => {
  expect(fates('fork', three, { a: yes, b: yes })).toEqual({ a: 'taken', b: 'taken', c: 'left' })
  expect(fates('fork', three, { a: no, b: no })).toEqual({ a: 'left', b: 'left', c: 'taken' })
  expect(fates('fork', [edge('a', null), edge('b', null)], {})).toEqual({ a: 'taken', b: 'taken' })
})

test('a fork with a condition that fails takes nothing', () => {
  expect(fates('fork', three, { a: yes, b: bad })).toEqual({ a: 'left', b: 'stuck', c: 'left' })
})
