// A value is called on the case page what any form of its process calls it, and stands as it is where none does.
import { optionTitle } from '../../forms/options'
import type { Plan } from '../plan'
import { textIn } from '../../i18n'
import { fieldsOf } from './fields'

const words = { new: { zh: '新订单', en: 'New' }, same: { zh: '重复', en: 'The same' } }
const plan = {
  process: 'p',
  start: { at: 'a' },
  data: {
    verdict: { type: 'string', enum: ['new', 'same', 'stale'], title: { zh: '结果', en: 'Result' } },
    level: { type: 'string', enum: ['low', 'high'] },
    grade: { type: 'string', oneOf: [{ const: 'a', title: { zh: '甲', en: 'A grade' } }] },
    lines: { type: 'array', items: { type: 'object', properties: { state: { type: 'string', enum: ['ok'] } } } },
  },
  forms: {
    first: { fields: { verdict: { type: 'string', options: words } } },
    second: { fields: { verdict: { type: 'string', enum: ['stale'] } } },
  },
  body: {
    at: 'a',
    nodes: {
      each: {
        kind: 'foreach',
        body: {
          at: 'b',
          nodes: {
            b: {
              kind: 'task',
              params: {
                form: {
                  fields: {
                    level: { enum: ['low', 'high'], options: { low: { zh: '低', en: 'Low' } } },
                    lines: { items: { properties: { state: { options: { ok: { zh: '正常', en: 'In order' } } } } } },
                    hidden: 'hide',
                  },
                },
              },
            },
          },
        },
      },
    },
  },
} as unknown as Plan
const fields = fieldsOf(plan)
const called = (field: object | undefined, value: unknown, language: 'zh' | 'en' = 'en') =>
  optionTitle(field, value, (text) => textIn(text, language))

test('a title in one form counts, also where another form lists values without titles', () => {
  expect(called(fields.verdict, 'new')).toBe('New')
  expect(called(fields.verdict, 'same', 'zh')).toBe('重复')
  expect(textIn(fields.verdict?.title, 'en')).toBe('Result')
})

test('what a node writes of a field counts, however deep it lies', () => {
  expect(called(fields.level, 'low')).toBe('Low')
  expect(called(fields.lines?.items?.properties?.state, 'ok', 'zh')).toBe('正常')
  expect(fields.hidden).toBeUndefined()
})

test('titles may stand in the data alone', () => expect(called(fields.grade, 'a')).toBe('A grade'))

test('a value without a title stands as it is', () => {
  expect(called(fields.verdict, 'stale')).toBe('stale')
  expect(called(fields.level, 'high')).toBe('high')
})
