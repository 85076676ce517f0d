// What people read for the values of a field, however a form writes them.
import { listed, optionsOf, optionTitle } from './options'

const text = (value: unknown) => (typeof value === 'string' ? value : ((value as { zh?: string } | undefined)?.zh ?? ''))

test('titles come from a map, a list or a choice of constants; without any the value stands for itself', () => {
  expect(optionsOf({ enum: ['b', 'a'], options: { a: { zh: '甲' }, b: '乙' } }, text)).toEqual([{ value: 'b', title: '乙' }, { value: 'a', title: '甲' }])
  expect(optionsOf({ options: [{ value: 1, title: '一' }, 2] }, text)).toEqual([{ value: 1, title: '一' }, { value: 2, title: '2' }])
  expect(optionsOf({ oneOf: [{ const: 'x', title: { zh: '叉' } }] }, text)).toEqual([{ value: 'x', title: '叉' }])
  expect(optionsOf({ type: 'array', items: { enum: ['a'] }, options: { a: '甲' } }, text)).toEqual([{ value: 'a', title: '甲' }])
  expect(optionsOf({ type: 'string' }, text)).toBeUndefined()
  expect(listed({ a: '' }, text)).toEqual([{ value: 'a', title: 'a' }])
})

test('a value that is not listed is said as it is', () => {
  expect([optionTitle({ enum: ['a'], options: { a: '甲' } }, 'a', text), optionTitle({ enum: ['a'] }, 'z', text), optionTitle(undefined, 3, text)]).toEqual(['甲', 'z', '3'])
})
