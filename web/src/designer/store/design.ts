/**
 * The design that is open: opened, edited, closed. Each edit is shown at once by a guess, which the server's answer
 * replaces; `sending.ts` brings it there.
 */
import { designs, type Tagged } from '../api'
import type { Design, Op } from '../types'
import { ALIVE, keep, takeOver } from './kept'
import { isOnItsWay, online, refresh, send, sendNoMore, sendSoon } from './sending'
import { arrived, checkNoMore, empty, setQueue, snapshot, useDesign } from './state'
import { pushed } from './steps'

export { insist, redo, refresh, resolve, send, settled, undo } from './sending'
export { arrived, check, useDesign, type Saving, type State } from './state'

const { getState: now, setState: set } = useDesign

/** Letters typed into one field (ms), and into the YAML, make one edit. */
const PAUSE = 350
const TEXT_PAUSE = 800
/** How often (ms) it is asked whether somebody else has saved, while this window is looked at. */
const LOOK = 20_000
let alive: ReturnType<typeof setInterval> | undefined
let looking: ReturnType<typeof setInterval> | undefined

const stay = ({ left = false } = {}) => {
  const { design, user, etag, queue } = now()
  if (design !== null && queue.length > 0) keep(design.id, user, etag, queue, { left })
}
const leave = () => stay({ left: true })
const look = () => document.visibilityState === 'visible' && void refresh()

/** Opens a design for a person; edits of theirs that never reached the server are sent now. */
export async function open(id: string, user = now().user): Promise<void> {
  sendNoMore()
  const { body, etag } = await designs.open(id)
  const left = takeOver(id, user)
  set({ ...empty, user })
  watch()
  if (left === null) return arrived(body, etag)
  arrived(body, left.etag, { queue: left.groups, saving: 'saving' })
  void send()
}

function watch(): void {
  unwatch()
  alive = setInterval(stay, ALIVE)
  looking = setInterval(look, LOOK)
  addEventListener('pagehide', leave)
  addEventListener('online', online)
  addEventListener('focus', look)
}

function unwatch(): void {
  clearInterval(alive)
  clearInterval(looking)
  removeEventListener('pagehide', leave)
  removeEventListener('online', online)
  removeEventListener('focus', look)
}

export function close(): void {
  sendNoMore()
  checkNoMore()
  unwatch()
  leave()
  set(empty)
}

/**
 * Edits the design.
 * @param label what was done, in the user's words: undo says it
 * @param key names what is edited while typing: such edits wait a moment and make one step together
 */
export function edit(ops: Op[], label: string, key: string | null = null): void {
  const { design, queue, saving } = now()
  if (design === null || !design.may.edit || ops.length === 0) return
  const last = queue[queue.length - 1]
  const joins = key !== null && last?.key === key && !(isOnItsWay() && queue.length === 1)
  setQueue(joins ? [...queue.slice(0, -1), { ops: together(last.ops, ops), label, key }] : [...queue, { ops, label, key }], {
    saving: saving === 'conflict' ? 'conflict' : 'saving',
  })
  sendSoon(key === null ? 0 : PAUSE)
}

/** The later edit of one thing stands for the earlier, unless it says less. */
function together(before: Op[], after: Op[]): Op[] {
  const whole = (op: Op) => op.op === 'set' || op.op === 'remove'
  const said = new Set(after.filter(whole).map((op) => JSON.stringify(op.path)))
  return [...before.filter((op) => !whole(op) || !said.has(JSON.stringify(op.path))), ...after]
}

/** The whole YAML as it is typed. It waits for the operations before it, and its like takes its place. */
export function type(text: string, label: string): void {
  const { design, queue, saving } = now()
  if (design === null || !design.may.edit) return
  const last = queue[queue.length - 1]
  const joins = last?.text !== undefined && !(isOnItsWay() && queue.length === 1)
  const group = { ops: [], label, key: 'text', text }
  setQueue(joins ? [...queue.slice(0, -1), group] : [...queue, group], { saving: saving === 'conflict' ? 'conflict' : 'saving' })
  sendSoon(TEXT_PAUSE)
}

/** An answer that took the place of the design as it was: a version brought back, a scenario kept. Undo knows it. */
export function replaced({ body, etag }: Tagged<Design>, label: string): void {
  const { design, steps } = now()
  if (design === null || design.id !== body.id) return
  arrived(body, etag, { steps: pushed(steps, { before: snapshot(design), label, key: null, at: Date.now() }) })
}

export function select(ids: string[], field: string | null = null): void {
  set({ selected: ids, field })
}
export function forgetRefusal(): void {
  set({ refusal: null })
}
export function forgetJoined(): void {
  set({ joined: null })
}
