/** What was tried is kept by person and draft, in bounds. */
import { beforeEach, expect, test } from 'vitest'
import { outputsOf, pin, played, ran, release, take, useTried } from './tried'
import type { Given, NodeTrial, Run } from './types'

const given: Given = { data: { days: 4 }, initiator: 'an', items: {}, brought: {}, answers: [], picked: {} }
const run = (at: number, more: Partial<Run> = {}): Run => ({ at, given, steps: [], stubs: {}, trial: null, output: { kind: 'action', result: at }, ...more })
const again = (design: string, user = 'an') => (take(undefined, ''), take(design, user), useTried.getState().tried)

beforeEach(() => {
  localStorage.clear()
  take(undefined, '')
  take('d1', 'an')
})

test('what was tried and pinned is there after a reload, for the same person and draft', () => {
  expect(ran('pay', run(1))).toBe(true)
  expect(pin('pay', { at: 2, given, output: { kind: 'action', result: 1 } })).toBe(true)
  played({ start: { as: 'an' } }, 3)
  const found = again('d1')
  expect(found.runs.pay?.output).toEqual({ kind: 'action', result: 1 })
  expect(outputsOf(found)).toEqual({ pay: { kind: 'action', result: 1 } })
  expect(found.played?.simulation).toEqual({ start: { as: 'an' } })
  expect(again('d1', 'bo').runs).toEqual({})
  expect(again('d2').pins).toEqual({})
})

test('a pin without an output is data to try the node with; one that is released is gone', () => {
  pin('split', { at: 1, given, output: null })
  expect(outputsOf(useTried.getState().tried)).toEqual({})
  release('split')
  expect(again('d1').pins).toEqual({})
})

test('details that are too large are left out, and what is too large itself is not kept', () => {
  const large = 'x'.repeat(70_000)
  expect(ran('pay', run(1, { trial: { node: large } as NodeTrial }))).toBe(true)
  expect(again('d1').runs.pay).toMatchObject({ trial: null, output: { result: 1 } })
  expect(ran('pay', run(2, { output: { kind: 'action', result: large } }))).toBe(false)
  expect(pin('pay', { at: 2, given, output: { kind: 'action', result: large } })).toBe(false)
})

test('the oldest nodes of a draft and the oldest drafts go', () => {
  for (let index = 0; index < 70; index += 1) ran(`n${index}`, run(index))
  expect(Object.keys(again('d1').runs)).toHaveLength(60)
  expect(again('d1').runs.n0).toBeUndefined()
  for (let index = 2; index < 14; index += 1) {
    take(`d${index}`, 'an')
    ran('pay', run(100 + index))
  }
  expect(Object.keys(localStorage).filter((name) => name.startsWith('waystation.tried.'))).toHaveLength(10)
  expect(again('d1').runs).toEqual({})
})

test('what is no store is taken for an empty one', () => {
  localStorage.setItem('waystation.tried.an.d9', '[1]')
  expect(again('d9').runs).toEqual({})
  localStorage.setItem('waystation.tried.an.d8', '{')
  expect(again('d8').pins).toEqual({})
})
