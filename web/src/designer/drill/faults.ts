/** What may go wrong in a design: its actions, those whom it asks, the messages that it takes. */
import type { Language } from '../../i18n'
import type { Action, Catalogue, FlowNode, Model } from '../types'
import { textIn } from '../../i18n'
import { nodeWords } from '../words'

export const kinds = ['action_down', 'silent', 'twice'] as const
export type Kind = (typeof kinds)[number]
export type Fault = { kind: Kind; of: string; label: string }
export const FOR: Record<Kind, string | null> = { action_down: '2h', silent: '2d', twice: null }
export const LENGTHS = ['30m', '2h', '8h', '1d', '2d', '3d', '1w'] as const
/** What the server takes at once. */
export const MOST = 20

const ASKS = ['approval', 'task']

function messages(model: Model): string[] {
  const named = model.nodes.filter((node) => typeof node.config.message === 'string').map((node) => String(node.config.message))
  const events = model.edges.filter((edge) => edge.way === 'message' && edge.event).map((edge) => String(edge.event?.name ?? edge.event?.message ?? ''))
  return [...new Set([...named, ...events])].filter((name) => name !== '')
}

const titleOf = (action: Action | undefined, name: string, language: Language) => textIn(action?.title, language) || name

/** Every fault that makes sense for this design, at most one for each action, node and message. */
export function faultsOf(model: Model, catalogue: Catalogue, language: Language): Fault[] {
  const actions = [...new Set(model.nodes.filter((node) => node.kind === 'action' && typeof node.config.do === 'string').map((node) => String(node.config.do)))]
  const asking = model.nodes.filter((node: FlowNode) => ASKS.includes(node.kind))
  return [
    ...actions.map((name): Fault => ({ kind: 'action_down', of: name, label: titleOf(catalogue.actions.find((one) => one.do === name), name, language) })),
    ...asking.map((node): Fault => ({ kind: 'silent', of: node.id, label: nodeWords(node, catalogue, language) })),
    ...messages(model).map((name): Fault => ({ kind: 'twice', of: name, label: name })),
  ] // prettier-ignore
}

export const keyOf = (fault: Fault) => `${fault.kind}:${fault.of}`

/** A fault as the server takes it. */
export function asked(fault: Fault, lengths: Record<Kind, string>): Record<string, string> {
  if (fault.kind === 'action_down') return { kind: fault.kind, action: fault.of, for: lengths.action_down }
  if (fault.kind === 'silent') return { kind: fault.kind, node: fault.of, for: lengths.silent }
  return { kind: fault.kind, message: fault.of }
}
