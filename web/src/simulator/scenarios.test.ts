import { expect, test } from 'vitest'
import { withNames } from './Scenarios'

const called = (id: string) => ({ personnel: '人事审批', sm_yang: '杨帆', open: '打开' })[id]

test('nodes and people of a failing scenario are called by name, words of the sentence are left alone', () => {
  expect(withNames('办理人：personnel 没有打开', called, 'zh')).toBe('办理人：「人事审批」 没有打开')
  expect(withNames("assigned: personnel: expected ['sm_yang'], found []", called, 'en')).toBe('assigned: “人事审批”: expected [“杨帆”], found []')
  expect(withNames('ended: expected not ended (open: personnel)', called, 'en')).toBe('ended: expected not ended (open: “人事审批”)')
  expect(withNames('数据.days：期望 3', called, 'zh')).toBe('数据.days：期望 3')
})
