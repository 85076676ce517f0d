/** A plan's own graph as a diagram draws it: a beginning, its nodes, an end where something leads there. */
import { textIn, type Language } from '../i18n'
import type { Plan, PlanNode } from '../workbench/plan'
import type { Shape } from './layout'

export const BEGIN = '·begin'
export const END = 'end'
export type Drawing = Shape & { titles: Map<string, string>; kinds: Map<string, string>; labels: Map<string, string> }

const CARD = { width: 168, height: 52 }
const ROUND = { width: 76, height: 36 }
/** Kinds that only route: drawn small. */
export const ROUTING = new Set(['choice', 'fork', 'join', 'merge'])

/** What leads along an edge, in words: its outcome. Conditions are for authors; they say nothing to readers. */
function labelOf(edge: { outcome?: string }, node: PlanNode, language: Language, name: Named): string {
  if (!edge.outcome) return ''
  const outcomes = node.params?.outcomes as Record<string, { title?: unknown }> | undefined
  return name(edge.outcome, textIn(outcomes?.[edge.outcome]?.title, language))
}

/** The name of an outcome, with the title that its process gives it, if it does. */
type Named = (id: string, title: string) => string

/** Titles of a node's card: its own, else what it ends with, else its id. */
export function drawing(plan: Plan, language: Language, name: Named): Drawing {
  const found: Drawing = { nodes: [], edges: [], titles: new Map(), kinds: new Map(), labels: new Map() }
  const link = (from: string, to: string, label = '') => {
    const id = `${from}>${to}`
    if (found.labels.has(id)) return
    found.edges.push({ id, from, to })
    found.labels.set(id, label)
  }
  found.nodes.push({ id: BEGIN, ...ROUND })
  link(BEGIN, plan.body.at)
  let ends = false
  for (const [id, node] of Object.entries(plan.body.nodes)) {
    found.nodes.push({ id, ...CARD })
    found.titles.set(id, textIn(node.title, language) || (node.kind === 'end' ? name(String(node.params?.outcome ?? id), '') : id))
    found.kinds.set(id, node.kind)
    const inner = node.kind === 'race' ? Object.values(node.body?.nodes ?? {}).flatMap((each) => each.edges ?? []) : []
    for (const edge of [...(node.edges ?? []), ...inner]) {
      ends ||= edge.to === END
      link(id, edge.to, labelOf(edge, node, language, name))
    }
    for (const boundary of node.on ?? []) {
      ends ||= boundary.to === END
      link(id, boundary.to, '')
    }
  }
  if (ends && !plan.body.nodes[END]) found.nodes.push({ id: END, ...ROUND })
  // An edge to nowhere would stop the layout.
  const known = new Set(found.nodes.map((node) => node.id))
  found.edges = found.edges.filter((edge) => known.has(edge.from) && known.has(edge.to))
  return found
}
