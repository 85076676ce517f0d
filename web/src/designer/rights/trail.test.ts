import { gathered } from './TrailPage'

const at = (time: string, action = 'x.save', actor = 'ann') => ({ at: `2026-03-02T${time}:00Z`, actor, action, result: 'ok', zh: '', en: '' })

test('saves in a row of one person are one line, until he pauses or something else happens', () => {
  const lines = gathered([at('10:00'), at('09:50'), at('08:00'), at('07:59', 'x.publish'), at('07:58'), at('07:57', 'x.save', 'bob')])
  expect(lines.map((line) => line.saves)).toEqual([2, 1, 1, 1, 1])
})
