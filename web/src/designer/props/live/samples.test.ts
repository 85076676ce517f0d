// Which sample is used: what somebody chose, else what was played, else the first scenario that comes to the node.
import { isTried } from './place'
import { picked, type Offered } from './samples'

const offer = (source: Offered['source'], name: string | null = null, reached = false): Offered => ({ source, name, reached, ran: true, now: '2026-03-02T01:00:00Z', names: { data: { name } } })
const scenarios = [offer('scenario', 'small'), offer('scenario', 'big', true), offer('made')]

test('without a choice the best that there is', () => {
  expect(picked([offer('played'), ...scenarios], null)?.source).toBe('played')
  expect(picked(scenarios, null)?.name).toBe('big')
  expect(picked([scenarios[0]!, scenarios[2]!], null)?.name).toBe('small')
  expect(picked([scenarios[2]!], null)?.source).toBe('made')
  expect(picked([], null)).toBeNull()
})

test('what is chosen stays, unless it is gone', () => {
  expect(picked(scenarios, { source: 'scenario', name: 'small' })?.name).toBe('small')
  expect(picked(scenarios, { source: 'made' })?.source).toBe('made')
  expect(picked(scenarios, { source: 'scenario', name: 'gone' })?.name).toBe('big')
  expect(picked(scenarios, { source: 'own', names: { data: { a: 1 } }, now: null })?.names).toEqual({ data: { a: 1 } })
})

test('texts without an expression are not tried, conditions and formulas are', () => {
  expect(isTried('hello', 'value')).toBe(false)
  expect(isTried('hello ${ data.a }', 'value')).toBe(true)
  expect(isTried('data.a > 1', 'condition')).toBe(true)
  expect(isTried(' ', 'condition')).toBe(false)
  expect(isTried(12, 'expression')).toBe(false)
})
