// Lengths of time are kept as ISO 8601 writes them.
import { lengthOf, written } from './lengths'

test('days, hours and minutes are read as they are written; anything else is none', () => {
  expect([lengthOf('P2D'), lengthOf('PT3H'), lengthOf('PT45M'), lengthOf('P1Y'), lengthOf(undefined)]).toEqual([[2, 'D'], [3, 'H'], [45, 'M'], [null, 'D'], [null, 'D']])
  expect([written(2, 'D'), written(3, 'H'), written(45, 'M')]).toEqual(['P2D', 'PT3H', 'PT45M'])
})
