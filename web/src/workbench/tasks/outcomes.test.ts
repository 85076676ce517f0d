import { expect, test } from 'vitest'
import type { TFunction } from 'i18next'
import { sentences, textIn, type Tree } from '../../i18n'
import type { Plan } from '../plan'
import { answerName, endName, outcomeName } from './outcomes'

const read = (language: 'zh' | 'en') =>
  ((key: string) => key.split('.').reduce<Tree | string>((tree, part) => (tree as Tree)[part]!, sentences(language))) as unknown as TFunction
const zh = (value: unknown) => textIn(value, 'zh')
const plan = {
  process: 'p',
  start: { at: 'a' },
  body: {
    at: 'a',
    nodes: {
      good: { kind: 'end', title: { zh: '已订妥', en: 'Booked' }, params: { outcome: 'booked' } },
      bare: { kind: 'end', params: { outcome: 'rejected' } },
      own: { kind: 'end', params: { outcome: 'odd_one' } },
    },
  },
} as unknown as Plan

test('an end is called by its title, the usual word, or its id, in this order', () => {
  expect(endName(plan, 'booked', zh, read('zh'))).toBe('已订妥')
  expect(endName(plan, 'booked', (value) => textIn(value, 'en'), read('en'))).toBe('Booked')
  expect(endName(plan, 'rejected', zh, read('zh'))).toBe('已拒绝')
  expect(endName(plan, 'rejected', zh, read('en'))).toBe('Refused')
  expect(endName(plan, 'granted', zh, read('zh'))).toBe('已批准')
  expect(endName(plan, 'odd_one', zh, read('zh'))).toBe('odd_one')
  expect(endName(undefined, 'cancelled', zh, read('zh'))).toBe('已取消')
})

test('an answer is called as its task says; one that the server entitles with its id has no title', () => {
  const node = { kind: 'task', params: { outcomes: { fixed: { title: { zh: '已修好' } }, done: { title: 'done' } } } }
  expect(answerName(node, 'fixed', zh, read('zh'))).toBe('已修好')
  expect(answerName(node, 'done', zh, read('zh'))).toBe('已完成')
  expect(outcomeName('elsewhere', '', read('en'))).toBe('elsewhere')
})
