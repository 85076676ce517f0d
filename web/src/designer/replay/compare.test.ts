import { aligned, kindsOf, type Replayed } from './compare'

test('two ways are laid beside each other, and what only one has stands alone', () => {
  expect(aligned(['a', 'b', 'd'], ['a', 'c', 'd'])).toEqual([
    { before: 'a', after: 'a' },
    { before: 'b', after: null },
    { before: null, after: 'c' },
    { before: 'd', after: 'd' },
  ])
  expect(aligned([], ['a', 'a'])).toEqual([{ before: null, after: 'a' }, { before: null, after: 'a' }])
  expect(aligned(['a', 'b', 'a'], ['a'])).toHaveLength(3)
})

test('a case is told by everything that is otherwise in it', () => {
  const row: Replayed = {
    case: 'c', title: null, version: 1, verdict: 'changed', path_before: ['a', 'b'], path_after: ['a'], approvers: [],
    breaches_before: [], breaches_after: ['a'], new_tasks: [], outcome_before: 'x', outcome_after: 'y', zh: '', en: '',
  } // prettier-ignore
  expect(kindsOf(row)).toEqual(['path', 'breaches', 'outcome'])
  expect(kindsOf({ ...row, verdict: 'stuck', breaches_after: [] })).toEqual(['stuck'])
})
