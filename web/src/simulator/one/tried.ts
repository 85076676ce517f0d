/**
 * What was tried of the draft that is open: the last run of each node, what is pinned, the last simulation. It is kept
 * in this browser, by person and draft, in bounds; the server keeps nothing, and publishing knows nothing of it.
 */
import { create } from 'zustand'
import { useDesign } from '../../designer/store/design'
import type { Config } from '../../designer/types'
import type { Output, Pin, Run } from './types'

export type Tried = { runs: Record<string, Run>; pins: Record<string, Pin>; played: { at: number; simulation: Config } | null; at: number }

const PREFIX = 'waystation.tried.'
/** Characters that one run, pin or simulation may take; nodes of a draft; drafts of this browser. */
const LARGEST = 64 * 1024
const MOST_NODES = 60
const MOST_DRAFTS = 10

const none: Tried = { runs: {}, pins: {}, played: null, at: 0 }
type State = { key: string; tried: Tried; open: string | null }
export const useTried = create<State>(() => ({ key: '', tried: none, open: null }))
const { getState: now, setState: set } = useTried

const isMap = (found: unknown): found is Record<string, never> => typeof found === 'object' && found !== null && !Array.isArray(found)
const fits = (value: unknown) => JSON.stringify(value).length <= LARGEST

function read(key: string): Tried {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? 'null') as Tried | null
    return isMap(found) && isMap(found.runs) && isMap(found.pins) ? found : none
  } catch {
    return none
  }
}

/** Whether the browser keeps it; one without room loses it when the page is left. */
function keep(tried: Tried): boolean {
  const { key } = now()
  set({ tried })
  if (key === '') return false
  try {
    const others = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index) ?? '').filter((name) => name.startsWith(PREFIX) && name !== key)
    const oldest = others.sort((a, b) => read(a).at - read(b).at)
    for (const name of oldest.slice(0, Math.max(0, others.length - MOST_DRAFTS + 1))) localStorage.removeItem(name)
    localStorage.setItem(key, JSON.stringify(tried))
    return true
  } catch {
    return false
  }
}

/** The newest ones; what is pinned goes last. */
function newest<One extends { at: number }>(all: Record<string, One>): Record<string, One> {
  return Object.fromEntries(Object.entries(all).sort(([, a], [, b]) => b.at - a.at).slice(0, MOST_NODES))
}

/** Takes up what was kept of a draft. */
export function take(design: string | undefined, user: string): void {
  const key = design === undefined ? '' : `${PREFIX}${user}.${design}`
  if (key !== now().key) set({ key, tried: key === '' ? none : read(key), open: null })
}
useDesign.subscribe((state) => take(state.design?.id, state.user))
take(useDesign.getState().design?.id, useDesign.getState().user)
// What another window has tried is known here too.
addEventListener('storage', (event) => event.key === now().key && set({ tried: read(now().key) }))

export const openNode = (node: string): void => set({ open: node })
export const closeNode = (): void => set({ open: null })

/** Keeps the last run of a node: without its details where they are too large, not at all where the rest is. */
export function ran(node: string, run: Run): boolean {
  const small = fits(run) ? run : { ...run, trial: null }
  if (!fits(small)) return false
  const { tried } = now()
  return keep({ ...tried, at: run.at, runs: newest({ ...tried.runs, [node]: small }) })
}

/** Pins; false where it is too large, or there is no room. */
export function pin(node: string, found: Pin): boolean {
  const { tried } = now()
  if (!fits(found)) return false
  return keep({ ...tried, at: found.at, pins: newest({ ...tried.pins, [node]: found }) })
}

export function release(node: string): void {
  const { tried } = now()
  keep({ ...tried, pins: Object.fromEntries(Object.entries(tried.pins).filter(([name]) => name !== node)) })
}

/** This was played last on the draft. */
export function played(simulation: Config, at = Date.now()): void {
  const { tried } = now()
  if (fits(simulation)) keep({ ...tried, at, played: { at, simulation } })
}

/** The outputs that simulations use in place of their nodes. */
export function outputsOf(tried: Tried): Record<string, Output> {
  return Object.fromEntries(Object.entries(tried.pins).flatMap(([node, one]) => (one.output ? [[node, one.output]] : [])))
}

/** Whether something is pinned at a node. */
export const usePinned = (node: string): boolean => useTried((state) => node in state.tried.pins)
