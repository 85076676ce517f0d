/** How edits reach the server: one group after another, kept while there is no way, told apart where two people met. */
import { ApiProblem } from '../../api/problem'
import { designs, type Tagged } from '../api'
import type { Conflict, Design, Op } from '../types'
import { keep, type Group } from './kept'
import { arrived, setQueue, snapshot, useDesign, type State } from './state'
import { back, forth, none, pushed, type Snapshot } from './steps'

const { getState: now, setState: set } = useDesign

const RETRY = 3000
/** The server has not said no: the same may go well later. */
const LATER = new Set([0, 401, 408, 409, 425, 429])
let busy = false
let timer: ReturnType<typeof setTimeout> | undefined

const problemOf = (error: unknown) => (error instanceof ApiProblem ? error : null)
const comesBack = (problem: ApiProblem) => problem.status >= 500 || (LATER.has(problem.status) && (problem.status !== 409 || problem.code === 'stale'))

/** Sends what waits, `after` so many ms without another edit. */
export function sendSoon(after: number): void {
  clearTimeout(timer)
  timer = setTimeout(() => void send(), after)
}

export function sendNoMore(): void {
  clearTimeout(timer)
}

/** Whether the first group is on its way: nothing may join it then. */
export const isOnItsWay = () => busy

function post(design: Design, group: Group, etag: string): Promise<Tagged<Design>> {
  return group.text === undefined ? designs.patch(design.id, group.ops, etag) : designs.put(design.id, { text: group.text }, etag)
}

/** Sends what waits, oldest first. */
export async function send(): Promise<void> {
  const { design, queue, etag, saving, user } = now()
  const group = queue[0]
  if (busy || design === null || group === undefined || saving === 'conflict') return
  busy = true
  try {
    const answer = await post(design, group, etag)
    if (now().design?.id === design.id) accepted(design, group, answer)
    else keep(design.id, user, answer.etag, queue.slice(1))
  } catch (error) {
    if (now().design?.id === design.id) refused(error)
  } finally {
    busy = false
  }
  if (now().queue.length > 0 && now().saving === 'saving') void send()
}

function accepted(before: Design, group: Group, { body, etag }: Tagged<Design>): void {
  const queue = now().queue.slice(1)
  const joined = body.merged === true
  // Undo brings back a whole text: it would take away what somebody else has done meanwhile.
  const steps = joined ? none : pushed(now().steps, { before: snapshot(before), label: group.label, key: group.key, at: Date.now() })
  const made = body.made?.slice(0, 1) ?? []
  arrived(body, etag, {
    queue, steps, saving: queue.length ? 'saving' : 'saved', refusal: null, ...(joined ? { joined: '' } : {}),
    ...(made.length ? { selected: made } : {}),
  }) // prettier-ignore
}

function refused(error: unknown): void {
  const problem = problemOf(error)
  const { queue } = now()
  if (problem !== null && comesBack(problem)) {
    set({ saving: 'offline' })
    if (problem.status !== 401) again()
  } else if (problem?.status === 412) {
    met(problem.body.detail as unknown as Conflict)
  } else {
    const rest = queue.slice(1)
    setQueue(rest, { saving: rest.length ? 'saving' : 'saved', refusal: error })
  }
}

function again(): void {
  clearTimeout(timer)
  timer = setTimeout(() => (now().saving === 'offline' && set({ saving: 'saving' }), void send()), RETRY)
}

/** Somebody else was first. All that waits is compared at once, so that one decision is about all of it. */
function met(conflict: Conflict): void {
  const { queue } = now()
  const more = queue.findIndex((group) => group.text !== undefined)
  const count = more < 0 ? queue.length : Math.max(more, 1)
  if (count === 1) return set({ saving: 'conflict', conflict })
  const together = { ops: queue.slice(0, count).flatMap((group) => group.ops), label: queue[count - 1]!.label, key: null }
  setQueue([together, ...queue.slice(count)], { saving: 'saving' })
}

/** The connection is back, as far as the browser can tell. */
export function online(): void {
  if (now().saving === 'offline') set({ saving: 'saving' })
  void send()
}

/** Everything that waits has arrived, or the connection is gone. */
export async function settled(): Promise<boolean> {
  clearTimeout(timer)
  void send()
  while (now().queue.length > 0 && now().saving === 'saving') await new Promise((done) => setTimeout(done, 30))
  if (now().saving === 'offline') again()
  return now().queue.length === 0
}

/** Replaces text, positions or scenarios as a whole, and says whether it did; after somebody else's save it does not. */
async function replace(body: Partial<Snapshot>): Promise<boolean> {
  const { design, etag } = now()
  if (design === null) return false
  set({ saving: 'saving' })
  try {
    const answer = await designs.put(design.id, body, etag)
    arrived(answer.body, answer.etag, { saving: 'saved', refusal: null })
    return true
  } catch (error) {
    set({ saving: 'saved', refusal: error })
    if (problemOf(error)?.status === 412) await refresh()
    return false
  }
}

async function travel(way: typeof back): Promise<string | null> {
  if (!(await settled())) return null
  const { design, steps } = now()
  const found = design === null ? null : way(steps, snapshot(design))
  if (found === null || !(await replace(found.to))) return null
  set({ steps: found.steps })
  return found.label
}
export const undo = () => travel(back)
export const redo = () => travel(forth)

/**
 * A conflict is decided: `text` is what the person chose, `later` what is to be put back to the other side's in it.
 * Until the server has it, everything that waits stays where it is.
 */
export async function resolve(text: string, later: Op[], label: string): Promise<void> {
  const { conflict, design } = now()
  if (conflict === null || design === null) return
  const done: Partial<State> = { conflict: null, steps: none, refusal: null, saving: 'saving' }
  try {
    const same = text === conflict.text
    const answer = same ? await designs.open(design.id) : await designs.put(design.id, { text }, `"${conflict.revision}"`)
    const rest = now().queue.slice(1)
    const queue = later.length > 0 ? [{ ops: later, label, key: null }, ...rest] : rest
    arrived(answer.body, answer.etag, { ...done, queue, saving: queue.length ? 'saving' : 'saved' })
    void send()
  } catch (error) {
    const problem = problemOf(error)
    if (problem?.status === 412) set({ conflict: problem.body.detail as unknown as Conflict })
    else set({ refusal: error })
  }
}

/** Does what waits all the same, on top of what somebody else has saved. */
export function insist(): void {
  const { conflict } = now()
  if (conflict === null) return
  set({ etag: `"${conflict.revision}"`, conflict: null, steps: none, saving: 'saving' })
  void send()
}

/** Somebody else may have saved while nothing was done here. */
export async function refresh(): Promise<void> {
  const { design, queue, etag, saving } = now()
  if (design === null || queue.length > 0 || saving !== 'saved') return
  const found = await designs.open(design.id).catch(() => null)
  if (found && found.etag !== etag && now().design?.id === design.id && now().queue.length === 0 && now().etag === etag)
    arrived(found.body, found.etag, { steps: none, joined: found.body.saved_by })
}

