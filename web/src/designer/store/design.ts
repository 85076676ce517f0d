/**
 * The design that is open: the server's text and model, edits on their way to it, undo, problems, what is selected.
 * Edits go one group after another; each is shown at once by a guess and replaced by the server's answer.
 */
import { create } from 'zustand'
import { ApiProblem } from '../../api/problem'
import { designs } from '../api'
import type { Conflict, Design, Layout, Model, Op, Problem } from '../types'
import { keep, kept, type Group } from './kept'
import { guessAll } from './optimistic'
import { back, forth, none, pushed, type Snapshot, type Steps } from './steps'

export type Saving = 'saved' | 'saving' | 'offline' | 'conflict'
export type State = {
  /** As the server has it. */
  design: Design | null
  etag: string
  /** With the edits that are on their way. */
  model: Model | null
  layout: Layout
  queue: Group[]
  saving: Saving
  savedAt: number
  conflict: Conflict | null
  refusal: unknown
  steps: Steps
  problems: Problem[]
  checked: boolean
  hash: string | null
  selected: string[]
  /** The property field that a problem points at. */
  field: string | null
}

const empty: State = {
  design: null, etag: '', model: null, layout: {}, queue: [], saving: 'saved', savedAt: 0, conflict: null, refusal: null,
  steps: none, problems: [], checked: false, hash: null, selected: [], field: null,
} // prettier-ignore

export const useDesign = create<State>(() => empty)
const { getState: now, setState: set } = useDesign

const RETRY = 3000
const CHECK_AFTER = 200
let busy = false
let timer: ReturnType<typeof setTimeout> | undefined
let checking: ReturnType<typeof setTimeout> | undefined

function shown(design: Design, queue: readonly Group[]): Pick<State, 'model' | 'layout'> {
  if (design.model === null) return { model: null, layout: design.layout }
  return guessAll({ model: design.model, layout: design.layout }, queue.flatMap((group) => group.ops))
}

function snapshot(design: Design): Snapshot {
  return { text: design.text, layout: design.layout, scenarios: design.scenarios }
}

/** Takes over an answer of the server. */
export function arrived(design: Design, etag: string, more: Partial<State> = {}): void {
  const queue = more.queue ?? now().queue
  const there = new Set([...(design.model?.nodes ?? []).map((node) => node.id), ...(design.model?.edges ?? []).map((edge) => `edge:${edge.id}`), '(start)'])
  const selected = (more.selected ?? now().selected).filter((id) => there.has(id))
  set({ design, etag, savedAt: Date.now(), ...shown(design, queue), ...more, queue, selected })
  keep(design.id, etag, queue)
  check()
}

export async function open(id: string): Promise<void> {
  clearTimeout(timer)
  const { body, etag } = await designs.open(id)
  const left = kept(id)
  set(empty)
  if (left === null || left.groups.length === 0) return arrived(body, etag)
  arrived(body, left.etag, { queue: left.groups, saving: 'saving' })
  void send()
}

export function close(): void {
  clearTimeout(timer)
  clearTimeout(checking)
  set(empty)
}

/**
 * Edits the design.
 * @param label what was done, in the user's words: undo says it
 * @param key names what is edited while typing: such edits wait a moment and make one step together
 */
export function edit(ops: Op[], label: string, key: string | null = null): void {
  const { design, queue } = now()
  if (design === null || !design.may.edit || ops.length === 0) return
  const last = queue[queue.length - 1]
  const joins = key !== null && last?.key === key && !(busy && queue.length === 1)
  const next = joins ? [...queue.slice(0, -1), { ops, label, key }] : [...queue, { ops, label, key }]
  set({ queue: next, ...shown(design, next), saving: now().saving === 'conflict' ? 'conflict' : 'saving' })
  keep(design.id, now().etag, next)
  clearTimeout(timer)
  timer = setTimeout(() => void send(), key === null ? 0 : 350)
}

/** Sends what waits, oldest first. */
export async function send(): Promise<void> {
  const { design, queue, etag, saving } = now()
  const group = queue[0]
  if (busy || design === null || group === undefined || saving === 'conflict') return
  busy = true
  try {
    const answer = await designs.patch(design.id, group.ops, etag)
    if (now().design?.id !== design.id) return
    const rest = now().queue.slice(1)
    const steps = answer.body.merged ? none : pushed(now().steps, { before: snapshot(design), label: group.label, key: group.key, at: Date.now() })
    const made = answer.body.made ?? []
    arrived(answer.body, answer.etag, {
      queue: rest, steps, saving: rest.length ? 'saving' : 'saved', refusal: null, ...(made.length ? { selected: made.slice(0, 1) } : {}),
    }) // prettier-ignore
  } catch (error) {
    refused(error)
  } finally {
    busy = false
  }
  if (now().queue.length > 0 && now().saving === 'saving') void send()
}

function refused(error: unknown): void {
  const { design, queue } = now()
  if (design === null) return
  const problem = error instanceof ApiProblem ? error : null
  if (problem !== null && (problem.status === 0 || problem.status >= 500)) {
    set({ saving: 'offline' })
    clearTimeout(timer)
    timer = setTimeout(() => (set({ saving: 'saving' }), void send()), RETRY)
  } else if (problem?.status === 412) {
    set({ saving: 'conflict', conflict: problem.body.detail as unknown as Conflict })
  } else {
    const rest = queue.slice(1)
    set({ queue: rest, ...shown(design, rest), saving: rest.length ? 'saving' : 'saved', refusal: error })
    keep(design.id, now().etag, rest)
  }
}

/** Everything that waits has arrived, or the connection is gone. */
export async function settled(): Promise<boolean> {
  clearTimeout(timer)
  void send()
  while (now().queue.length > 0 && now().saving === 'saving') await new Promise((done) => setTimeout(done, 30))
  return now().queue.length === 0
}

/** Replaces text, positions or scenarios as a whole (YAML view, undo, a chosen side of a conflict). */
export async function replace(body: Partial<Snapshot>, label: string | null, etag = now().etag): Promise<boolean> {
  const { design } = now()
  if (design === null) return false
  set({ saving: 'saving' })
  try {
    const answer = await designs.put(design.id, body, etag)
    const step = { before: snapshot(design), label: label ?? '', key: null, at: Date.now() }
    const steps = label === null ? now().steps : pushed(now().steps, step)
    arrived(answer.body, answer.etag, { saving: 'saved', refusal: null, steps, conflict: null })
    return true
  } catch (error) {
    const problem = error instanceof ApiProblem ? error : null
    if (problem?.status === 412) set({ saving: 'conflict', conflict: problem.body.detail as unknown as Conflict })
    else set({ saving: problem?.status === 0 ? 'offline' : 'saved', refusal: error })
    return false
  }
}

async function travel(way: typeof back): Promise<string | null> {
  if (!(await settled())) return null
  const { design, steps } = now()
  const found = design === null ? null : way(steps, snapshot(design))
  if (found === null || !(await replace(found.to, null))) return null
  set({ steps: found.steps })
  return found.label
}
export const undo = () => travel(back)
export const redo = () => travel(forth)

/** A conflict is over: `text` is what the person chose, the edits that waited are in it or given up. */
export async function resolve(text: string, later: Op[], label: string): Promise<void> {
  const { conflict, design } = now()
  if (conflict === null || design === null) return
  set({ queue: [], conflict: null, steps: none })
  keep(design.id, now().etag, [])
  if (text === conflict.text) return open(design.id)
  if ((await replace({ text }, null, `"${conflict.revision}"`)) && later.length > 0) edit(later, label)
}

/** Asks the compiler, a moment after the last edit. */
export function check(): void {
  clearTimeout(checking)
  checking = setTimeout(async () => {
    const { design } = now()
    if (design === null) return
    try {
      const found = await designs.check(design.id)
      if (now().design?.id === design.id) set({ problems: found.problems, hash: found.hash, checked: true })
    } catch {
      // The next edit asks again; what is shown stays.
    }
  }, CHECK_AFTER)
}

/** Somebody else may have saved while this window was not looked at. */
export async function refresh(): Promise<void> {
  const { design, queue, etag, saving } = now()
  if (design === null || queue.length > 0 || saving !== 'saved') return
  const found = await designs.open(design.id).catch(() => null)
  if (found && found.etag !== etag && now().queue.length === 0 && now().etag === etag)
    arrived(found.body, found.etag, { steps: none })
}

export function select(ids: string[], field: string | null = null): void {
  set({ selected: ids, field })
}
export function forgetRefusal(): void {
  set({ refusal: null })
}
export const current = now
