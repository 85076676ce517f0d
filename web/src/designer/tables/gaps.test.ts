// Gaps and overlaps of decision tables are found over enumerations, booleans and ranges.
import { cellHolds, cellOf, cellText, findings, intervalOf } from './gaps'

const amount = { name: 'amount', schema: { type: 'integer', minimum: 0 } }

test('ranges with open and closed ends', () => {
  expect(intervalOf('[5000 .. 10000)')).toEqual({ low: 5000, high: 10000, lowIn: true, highIn: false })
  expect([cellHolds('> 5', 5), cellHolds('>= 5', 5), cellHolds('1 .. 3', 3), cellHolds('[1 .. 3)', 3), cellHolds('!= x', 'y')]).toEqual([false, true, true, false, true])
})

test('a gap between two rules is found, and none where a rule takes the rest', () => {
  const rules = [{ when: { amount: '> 10000' }, then: {} }, { when: { amount: '< 5000' }, then: {} }]
  expect(findings({ inputs: [amount], rules, hit: 'first' })[0]?.sort).toBe('gap')
  expect(findings({ inputs: [amount], rules: [...rules, { when: {}, then: {} }], hit: 'first' })).toEqual([])
})

test('an overlap counts only where one rule must hold', () => {
  const rules = [{ when: { vip: true }, then: {} }, { when: { amount: '>= 0' }, then: {} }]
  const table = { inputs: [amount, { name: 'vip', schema: { type: 'boolean' } }], rules }
  expect(findings({ ...table, hit: 'unique' }).map((one) => [one.sort, one.rules])).toEqual([['overlap', [0, 1]]])
  expect(findings({ ...table, hit: 'first' })).toEqual([])
})

test('cells are typed as they are read', () => {
  expect([cellOf('5'), cellOf('true'), cellOf(''), cellOf('a, b'), cellOf('> 3')]).toEqual([5, true, undefined, ['a', 'b'], '> 3'])
  expect(cellText(['a', 1])).toBe('a, 1')
})
