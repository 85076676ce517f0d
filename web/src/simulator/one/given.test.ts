/** Which data a node is tried with at first, and what of a text can be taken for such data. */
import { expect, test } from 'vitest'
import { bare, first, parsedGiven, written } from './given'
import type { Run } from './types'

const run = (at: number): Run => ({ at, given: bare('ran'), steps: [], stubs: {}, trial: null, output: null })

test('what is pinned comes first, then whichever is later: the last run or the last simulation', () => {
  const pin = { at: 1, given: bare('pinned'), output: null }
  expect(first(pin, run(9), 5)).toEqual({ source: 'pinned', given: bare('pinned') })
  expect(first(undefined, run(9), 5)?.source).toBe('last')
  expect(first(undefined, run(4), 5)).toBeNull()
  expect(first(undefined, undefined, undefined)).toBeNull()
})

test('what was written is read again; the people of a scenario stay', () => {
  const given = { ...bare('an'), data: { days: 4 }, people: { an: {} } }
  expect(parsedGiven(JSON.parse(written(given)), given)).toEqual({ given: { ...given, settings: undefined, at: undefined } })
  expect(parsedGiven({ data: {} }, bare('an'))).toMatchObject({ given: { initiator: '', items: {} } })
})

test('a key that is not known, or of another kind, is named', () => {
  for (const [key, value] of [['datum', {}], ['data', []], ['data', null], ['initiator', 1], ['answers', {}], ['items', 'x']] as const)
    expect(parsedGiven({ [key]: value }, bare('an'))).toEqual({ bad: key })
})
