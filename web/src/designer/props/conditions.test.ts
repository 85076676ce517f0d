// Conditions without code and the expression language are two sides of one thing.
import { bare, parsed, printed, wrapped } from './conditions'

const alike = [
  'data.days > 3',
  'data.kind == "sick" && data.days >= 1.5',
  'data.kind in ["a", "b"] || data.days < 2',
  '(data.a == 1 || data.b == 2) && data.c != "x"',
  'has(data.photo)',
  '!has(data.photo)',
  '!(data.kind in ["a"])',
  'data.urgent',
  '!data.urgent',
  'data.note.contains("急") && data.金额 > 5000',
  'case.initiator == "alice"',
  'data.count > -1',
  'data.no.startsWith("A")',
]

test.each(alike)('%s is the same again', (text) => {
  const rows = parsed(wrapped(text))
  expect(rows).not.toBeNull()
  expect(printed(rows!)).toBe(text)
})

test('what is no comparison of a field with a value is left to experts', () => {
  for (const text of ['data.a > data.b', 'size(data.x) > 1', 'data.a + 1 > 2', 'data.a ?? 1', 'sum(data.l) > 1', 'data.a >', ')'])
    expect(parsed(wrapped(text))).toBeNull()
})

test('a bare condition and one in braces are read alike, an empty one has no rows', () => {
  expect(parsed('data.a == 1')).toEqual(parsed('${ data.a == 1 }'))
  expect(parsed('')).toEqual({ sort: 'group', join: 'all', items: [] })
  expect(bare('${ x }')).toBe('x')
})
