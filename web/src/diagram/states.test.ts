// How a journal becomes the states of a diagram.
import { standings, taken } from './states'

const line = (kind: string, path: string, data: Record<string, unknown> = {}) => ({ kind, path, data })

test('a node is running until it is left, and counts its visits', () => {
  const lines = [
    line('node_entered', 'review'),
    line('node_left', 'review', { to: 'mend' }),
    line('node_entered', 'mend'),
    line('node_left', 'mend', { to: 'review' }),
    line('node_entered', 'review#2'),
    line('node_passed', 'inform'),
  ]
  const found = standings(lines, [])
  expect(found.get('review')).toEqual({ state: 'running', visits: 2 })
  expect(found.get('mend')).toEqual({ state: 'done', visits: 1 })
  expect(found.get('inform')?.state).toBe('skipped')
  expect([...taken(lines)]).toEqual(['review>mend', 'mend>review'])
})

test('what happens inside a body shows on what holds it; a mended incident runs on', () => {
  const lines = [
    line('node_entered', 'lines'),
    line('node_entered', 'lines[0]/pick'),
    line('node_left', 'lines[0]/pick', { to: 'end' }),
    line('incident_opened', 'lines[1]/pick'),
  ]
  expect(standings(lines, []).get('lines')).toEqual({ state: 'failed', visits: 1 })
  const mended = [...lines, line('incident_closed', 'lines[1]/pick')]
  expect(standings(mended, []).get('lines')?.state).toBe('running')
  expect(standings(mended, ['lines[1]/pick']).get('lines')?.state).toBe('late')
  expect(taken(lines).size).toBe(0)
})
