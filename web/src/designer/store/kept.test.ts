// What waits in the browser: kept for its person, taken over once its window is gone, and only then.
import { keep, takeOver, waiting, type Group } from './kept'

const group = (label: string): Group => ({ ops: [{ op: 'set', path: ['title'], value: label }], label, key: null })
const elsewhere = (id: string, window: string, more: object) =>
  localStorage.setItem(`waystation.design.${id}#${window}`, JSON.stringify({ etag: '"3"', groups: [group(window)], user: 'an', at: Date.now(), ...more }))

beforeEach(() => localStorage.clear())

test('a window finds its own edits again, somebody else does not', () => {
  keep('d1', 'an', '"7"', [group('one')])
  expect(takeOver('d1', 'bo')).toBeNull()
  expect(takeOver('d2', 'an')).toBeNull()
  expect(takeOver('d1', 'an')).toEqual({ etag: '"7"', groups: [group('one')] })
  expect(waiting('an')).toEqual({ d1: 1 })
  keep('d1', 'an', '"8"', [])
  expect(waiting('an')).toEqual({})
})

test('what a window left is taken over in the order of its age, what lives is left alone', () => {
  elsewhere('d1', 'living', {})
  elsewhere('d1', 'left', { left: true, at: Date.now() - 1000 })
  elsewhere('d1', 'crashed', { at: Date.now() - 200_000 })
  expect(takeOver('d1', 'an')?.groups.map((one) => one.label)).toEqual(['crashed', 'left'])
  expect(localStorage.getItem('waystation.design.d1#living')).not.toBeNull()
  expect(localStorage.getItem('waystation.design.d1#left')).toBeNull()
})
