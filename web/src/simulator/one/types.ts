/** What one node is given and what became of it; docs/designer.md has it in words. */
import type { Both, Config } from '../../designer/types'
import type { PlayedTask, Step } from '../played'

export type Item = { item: unknown; index: number; local: Config }
/** What a case has when it comes to the node. */
export type Given = {
  data: Config
  initiator: string
  items: Record<string, Item>
  brought: Config
  answers: { node: string; person: string; answer: string }[]
  picked: Record<string, string[]>
  /** Of a scenario whose people are its own. */
  people?: Config | null
  settings?: Config
  at?: string | null
}
export type Sample = Given & { source: 'simulation' | 'scenario' | 'example'; scenario: string | null; reached: boolean }
export type Output = Config & { kind: string; outcome?: string | null; failed?: string | null }
export type Clock = { id: string; node: string | null; due: string; why?: Both }
export type Wait = { node: string; message: string; field: string; key: unknown }
export type Branch = { index: number; to: string; when: string | null; holds: boolean | null; error: string | null; taken: boolean }
export type Change = { field: string; new: boolean; before: unknown; after: unknown }
export type Trouble = Both & { node: string; field: string | null; code: string; title: string; detail: unknown }
export type Called = { node: string; do: string; with: Config; result: unknown; failed: string | null; stub: boolean }
export type NodeTrial = {
  node: string
  kind: string
  state: 'open' | 'done' | 'failed' | 'skipped' | 'event' | 'withdrawn' | 'not_entered'
  refused: (Both & { step: number; code: string; detail: Config | null }) | null
  now: string
  why: Both | null
  exits: { to: string; edge: string | null; way: string | null; outcome: string | null }[]
  ended: string | null
  tasks: (PlayedTask & { called: boolean })[]
  clocks: Clock[]
  waits: Wait[]
  branches: Branch[]
  rules: { table: string; inputs: Config; fit: number[]; gives: unknown } | null
  actions: Called[]
  notices: { to: string[]; template: string }[]
  sent: { message: string; with: Config }[]
  next_due: string | null
  stubs: Config
  changes: Change[]
  problems: Trouble[]
  output: Output | null
}
/** One run of a node, as it is kept. `trial` is null where it was too large. */
export type Run = { at: number; given: Given; steps: Step[]; stubs: Config; trial: NodeTrial | null; output: Output | null }
/** What is pinned at a node: the data that it is tried with, and what simulations use in its place. */
export type Pin = { at: number; given: Given; output: Output | null }
