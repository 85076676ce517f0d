/** Undo and redo, in steps that a person meant: pure, so that it can be tested without a page. */
import type { Layout } from '../types'

/** What an undo brings back: all that a design holds. */
export type Snapshot = { text: string; layout: Layout; scenarios: string }
export type Step = { before: Snapshot; label: string; key: string | null; at: number }
export type Steps = { past: Step[]; future: Step[] }

const MOST = 100
/** Edits of one thing (letters typed into one field) within this time, in ms, are one step. */
const TOGETHER = 4000

export const none: Steps = { past: [], future: [] }

/** After an edit. `key` names what was edited; an edit of the same thing right after it joins its step. */
export function pushed(steps: Steps, step: Step): Steps {
  const last = steps.past[steps.past.length - 1]
  if (last !== undefined && step.key !== null && last.key === step.key && step.at - last.at < TOGETHER)
    return { past: [...steps.past.slice(0, -1), { ...last, at: step.at }], future: [] }
  return { past: [...steps.past, step].slice(-MOST), future: [] }
}

/** One step back: what to show then, and the steps as they are afterwards. */
export function back(steps: Steps, now: Snapshot): { to: Snapshot; steps: Steps; label: string } | null {
  const last = steps.past[steps.past.length - 1]
  if (last === undefined) return null
  const forward: Step = { ...last, before: now }
  return { to: last.before, label: last.label, steps: { past: steps.past.slice(0, -1), future: [forward, ...steps.future] } }
}

/** One step forward again. */
export function forth(steps: Steps, now: Snapshot): { to: Snapshot; steps: Steps; label: string } | null {
  const [next, ...rest] = steps.future
  if (next === undefined) return null
  const past: Step = { ...next, before: now, key: null }
  return { to: next.before, label: next.label, steps: { past: [...steps.past, past], future: rest } }
}
