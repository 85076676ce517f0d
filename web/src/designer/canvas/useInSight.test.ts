import { expect, test } from 'vitest'
import { shiftInto } from './useInSight'

const view = { left: 0, top: 0, right: 100, bottom: 100 }

test('what is in sight stays where it is', () => {
  expect(shiftInto({ left: 10, top: 10, right: 90, bottom: 90 }, view)).toEqual({ x: 0, y: 0 })
})

test('what lies below the drawer comes out of it by as much as it must', () => {
  expect(shiftInto({ left: 80, top: 40, right: 130, bottom: 60 }, view)).toEqual({ x: -30, y: 0 })
  expect(shiftInto({ left: -20, top: 95, right: 30, bottom: 125 }, view)).toEqual({ x: 20, y: -25 })
})

test('of what is larger than the view its beginning is seen', () => {
  expect(shiftInto({ left: 50, top: -40, right: 250, bottom: 60 }, view)).toEqual({ x: -50, y: 40 })
})
