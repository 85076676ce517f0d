/** What is known of the design that is open, and how an answer of the server is taken over. */
import { create } from 'zustand'
import { designs } from '../api'
import type { Conflict, Design, Layout, Model, Problem } from '../types'
import type { Names } from '../words'
import { keep, type Group } from './kept'
import { guessAll } from './optimistic'
import { none, type Snapshot, type Steps } from './steps'

export type Saving = 'saved' | 'saving' | 'offline' | 'conflict'
export type State = {
  /** As the server has it. */
  design: Design | null
  etag: string
  /** Who is editing: what waits in the browser is theirs. */
  user: string
  /** With the edits that are on their way. */
  model: Model | null
  layout: Layout
  queue: Group[]
  saving: Saving
  savedAt: number
  /** The first group of the queue against what somebody else has saved. */
  conflict: Conflict | null
  /** Somebody else's edits are in what is shown; said once. */
  joined: string | null
  refusal: unknown
  steps: Steps
  problems: Problem[]
  checked: boolean
  hash: string | null
  selected: string[]
  /** What the tenant calls its people and roles. */
  names: Names
  /** The property field that a problem points at. */
  field: string | null
}

export const empty: State = {
  design: null, etag: '', user: '', model: null, layout: {}, queue: [], saving: 'saved', savedAt: 0, conflict: null,
  joined: null, refusal: null, steps: none, problems: [], checked: false, hash: null, selected: [], names: {}, field: null,
} // prettier-ignore

export const useDesign = create<State>(() => empty)
const { getState: now, setState: set } = useDesign

const CHECK_AFTER = 200
let checking: ReturnType<typeof setTimeout> | undefined

/** The model with what waits; a text that waits cannot be guessed. */
export function shown(design: Design, queue: readonly Group[]): Pick<State, 'model' | 'layout'> {
  if (design.model === null) return { model: null, layout: design.layout }
  return guessAll({ model: design.model, layout: design.layout }, queue.flatMap((group) => group.ops))
}

export function snapshot(design: Design): Snapshot {
  return { text: design.text, layout: design.layout, scenarios: design.scenarios }
}

/** Changes what waits, here and in the browser's own store. */
export function setQueue(queue: Group[], more: Partial<State> = {}): void {
  const { design, user, etag } = now()
  if (design === null) return
  set({ ...more, queue, ...shown(design, queue) })
  keep(design.id, user, etag, queue)
}

/** Takes over an answer of the server. */
export function arrived(design: Design, etag: string, more: Partial<State> = {}): void {
  const queue = more.queue ?? now().queue
  const there = new Set([...(design.model?.nodes ?? []).map((node) => node.id), ...(design.model?.edges ?? []).map((edge) => `edge:${edge.id}`), '(start)'])
  const selected = (more.selected ?? now().selected).filter((id) => there.has(id))
  set({ design, etag, savedAt: Date.now(), ...shown(design, queue), ...more, queue, selected })
  keep(design.id, now().user, etag, queue)
  check()
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

export function checkNoMore(): void {
  clearTimeout(checking)
}
