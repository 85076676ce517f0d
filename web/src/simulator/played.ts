/** What a simulation answers; docs/designer.md has it in words. */
import type { Both, Config, Field } from '../designer/types'
import type { Text } from '../i18n'

export type Step = Record<string, unknown>
export type PlayedTask = {
  task: string
  node: string
  title: Text
  kind: string
  who: string[]
  why: ({ rule: string; people: string[] } & Both)[]
  outcomes: (string | { id: string; title?: Text })[]
  form: { use?: string; fields?: Record<string, Field | string> } | null
  due: string | null
  verbs: string[]
}
export type Played = {
  ok: boolean
  refused: ({ step: number; code: string } & Both) | null
  now: string
  case: { status: string; outcome: string | null; title: Text; data: Config }
  nodes: Record<string, { state: string; visits: number }>
  edges: string[]
  tasks: PlayedTask[]
  clocks: { id: string; node: string; due: string; breached: boolean }[]
  waits: { node: string; message: string }[]
  incidents: ({ node: string; code: string } & Both)[]
  actions: { node: string; do: string; with: Config; result: unknown; stub: boolean }[]
  notices: unknown[]
  next_due: string | null
  stubs: Config
  pins: { node: string; used: number; code: string | null; zh: string | null; en: string | null }[]
}
