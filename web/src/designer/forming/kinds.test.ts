// Fields of forms: keys stay, rows move, and what names a field is found before it is deleted.
import { fieldKinds, kindOfField, movedKey, newKey, rowsOf, usesOf, written } from './kinds'

test('there are thirty kinds at least, and each is known again', () => {
  expect(fieldKinds.length).toBeGreaterThanOrEqual(30)
  const again = fieldKinds.map((kind) => [kind.key, kindOfField(kind.make())])
  expect(again.filter(([key, found]) => key !== found)).toEqual([])
})

test('a new key is one that the form has not', () => {
  expect(newKey(['text_1', 'text_2'], 'text')).toBe('text_3')
})

test('rows hold every field once; what the layout forgets comes last', () => {
  const rows = rowsOf({ a: {}, b: {}, c: {} }, [['b', 'gone'], 'a'])
  expect(rows).toEqual([['b'], ['a'], ['c']])
  expect(written([['a', 'b'], ['c'], []])).toEqual([['a', 'b'], 'c'])
})

test('a field is moved before another, after it when it comes from above, or to the end', () => {
  const rows = [['a'], ['b'], ['c']]
  expect(movedKey(rows, 'c', 'a')).toEqual([['c'], ['a'], ['b']])
  expect(movedKey(rows, 'a', 'c')).toEqual([['b'], ['c'], ['a']])
  expect(movedKey(rows, 'a', null)).toEqual([['b'], ['c'], ['a']])
  expect(movedKey(rows, 'new', 'b')).toEqual([['a'], ['new'], ['b'], ['c']])
})

test('conditions, formulas, rights and member rules that name a field are found', () => {
  const document = {
    nodes: [{ when: '${ data.days > 3 }' }, { form: { use: 'f', fields: { days: 'read' } } }, { approvers: [{ field: 'days' }] }, { when: '${ data.days2 > 1 }' }],
    title: 'data.days',
  }
  expect(usesOf(document, 'days').map((path) => path.join('.'))).toEqual(['nodes.0.when', 'nodes.1.form.fields.days', 'nodes.2.approvers.0.field'])
})
