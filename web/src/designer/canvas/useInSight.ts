/** Keeps what matters in sight: the whole drawing while nobody has moved it, afterwards what is selected. */
import { useReactFlow, type ReactFlowInstance } from '@xyflow/react'
import { useCallback, useEffect, useRef, type RefObject } from 'react'
import { useDesign } from '../store/design'
import { FIT } from './useCanvasEdits'
import type { CanvasEdge, CanvasNode } from './graph'

type Box = { left: number; top: number; right: number; bottom: number }

/** How far a view must move so that `inner` lies within `outer`; beginnings go before ends where it is too large. */
export function shiftInto(inner: Box, outer: Box): { x: number; y: number } {
  const along = (from: number, to: number, low: number, high: number) => (from < low || to - from > high - low ? low - from : to > high ? high - to : 0)
  return { x: along(inner.left, inner.right, outer.left, outer.right), y: along(inner.top, inner.bottom, outer.top, outer.bottom) }
}

const ROOM = 24
/** Milliseconds in which a selection and the drawer that it opens count as one. */
const TOGETHER = 40
/** Nearer than this one can read. */
const READABLE = 0.7

/** Moves the view, as little as it must, so that a node is seen whole; one that lies far off comes into the middle. */
function show(flow: ReactFlowInstance<CanvasNode, CanvasEdge>, id: string, main: HTMLElement): void {
  const node = flow.getInternalNode(id)
  if (node === undefined) return
  const { x, y } = node.internals.positionAbsolute
  const width = node.measured.width ?? node.width ?? 0
  const height = node.measured.height ?? node.height ?? 0
  const from = flow.flowToScreenPosition({ x, y })
  const to = flow.flowToScreenPosition({ x: x + width, y: y + height })
  const box = main.getBoundingClientRect()
  // What lies below the drawer is not far off: it was seen before that opened.
  const all = main.closest('.flow')?.getBoundingClientRect() ?? box
  if (to.x < box.left || from.x > all.right || to.y < box.top || from.y > box.bottom)
    return void flow.setCenter(x + width / 2, y + height / 2, { zoom: Math.max(flow.getZoom(), READABLE), duration: 200 })
  const free = { left: box.left + ROOM, top: box.top + 2.5 * ROOM, right: box.right - ROOM, bottom: box.bottom - ROOM }
  const by = shiftInto({ left: from.x, top: from.y, right: to.x, bottom: to.y }, free)
  const now = flow.getViewport()
  if (by.x !== 0 || by.y !== 0) void flow.setViewport({ ...now, x: now.x + by.x, y: now.y + by.y }, { duration: 200, interpolate: 'linear' })
}

/**
 * Follows what is selected elsewhere (search, problems), and the drawer, which takes its room from the canvas.
 *
 * Returns what to call once a person has moved the view (`moved`) and once all is fitted again (`fitted`).
 */
export function useInSight(main: RefObject<HTMLDivElement | null>, ready: boolean): { moved: () => void; fitted: () => void } {
  const flow = useReactFlow<CanvasNode, CanvasEdge>()
  const first = useDesign((state) => state.selected[0])
  const whole = useRef(true)
  const [pressed, owed] = [useRef(false), useRef(false)]
  const timer = useRef<number>(undefined)
  const settle = useCallback(() => {
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => {
      // A node that is being dragged must not be pulled from under the pointer.
      owed.current = pressed.current
      if (pressed.current || main.current === null) return
      const [chosen] = useDesign.getState().selected
      if (whole.current) void flow.fitView({ ...FIT, duration: 200 })
      else if (chosen !== undefined) show(flow, chosen, main.current)
    }, TOGETHER)
  }, [flow, main, pressed, owed])
  useEffect(() => {
    if (ready && first !== undefined && !whole.current) settle()
  }, [first, ready, settle])
  useEffect(() => {
    const box = main.current
    if (!ready || box === null) return
    let width = box.clientWidth
    const resized = new ResizeObserver(() => {
      if (box.clientWidth !== width) settle()
      width = box.clientWidth
    })
    const down = () => void (pressed.current = true)
    const up = () => {
      pressed.current = false
      if (owed.current) settle()
    }
    resized.observe(box)
    box.addEventListener('pointerdown', down, true)
    for (const name of ['pointerup', 'pointercancel']) addEventListener(name, up, true)
    return () => {
      clearTimeout(timer.current)
      resized.disconnect()
      box.removeEventListener('pointerdown', down, true)
      for (const name of ['pointerup', 'pointercancel']) removeEventListener(name, up, true)
    }
  }, [ready, main, settle, pressed, owed])
  const moved = useCallback(() => void (whole.current = false), [])
  const fitted = useCallback(() => void (whole.current = true), [])
  return { moved, fitted }
}
