// What is typed into a cell is the value that the language has for it.
import { cellOf, cellText, cellOfTicked, readBy, ticked } from './cells'

test('cells are typed as they are read', () => {
  expect([cellOf('5'), cellOf('true'), cellOf(''), cellOf('a, b'), cellOf('> 3')]).toEqual([5, true, undefined, ['a', 'b'], '> 3'])
  expect(cellText(['a', 1])).toBe('a, 1')
})

test('values of a list are ticked; what says more than values is typed', () => {
  const values = ['return', 'exchange']
  expect(ticked(undefined, values)).toEqual([])
  expect(ticked('return', values)).toEqual(['return'])
  expect(ticked(['return', 'exchange'], values)).toEqual(['return', 'exchange'])
  expect(ticked('!= return', values)).toBeNull()
  expect(ticked(['return', '> 3'], values)).toBeNull()
  expect([cellOfTicked([]), cellOfTicked(['return']), cellOfTicked(values)]).toEqual([undefined, 'return', values])
})

test('an input that reads one field takes its words', () => {
  expect(readBy('${ data.kind }')).toBe('data.kind')
  expect(readBy('${ data.kind ?? "x" }')).toBeUndefined()
  expect(readBy(undefined)).toBeUndefined()
})
