// What is typed into a cell is the value that the language has for it.
import { cellOf, cellText } from './cells'

test('cells are typed as they are read', () => {
  expect([cellOf('5'), cellOf('true'), cellOf(''), cellOf('a, b'), cellOf('> 3')]).toEqual([5, true, undefined, ['a', 'b'], '> 3'])
  expect(cellText(['a', 1])).toBe('a, 1')
})
