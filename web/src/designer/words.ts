/** Edges, nodes and conditions in words, for cards, lists and announcements. */
import { optionTitle } from '../forms/options'
import { listIn, textIn, type Language } from '../i18n'
import { actionOf, kindOf } from './catalogue'
import { parsed, type Group, type Named, type Row, bare } from './props/conditions'
import type { Catalogue, Config, FlowEdge, FlowNode, Model, Value } from './types'

const SIGNS: Record<string, [string, string]> = {
  '==': ['为', 'is'], '!=': ['不为', 'is not'], '>': ['>', '>'], '>=': ['≥', '≥'], '<': ['<', '<'], '<=': ['≤', '≤'],
  in: ['属于', 'is one of'], not_in: ['不属于', 'is none of'], contains: ['包含', 'contains'], starts: ['开头是', 'starts with'],
  given: ['已填', 'is filled'], missing: ['未填', 'is empty'],
} // prettier-ignore

function value(found: Value, named: Named | undefined, language: Language): string {
  if (Array.isArray(found)) return listIn(found.map((one) => value(one, named, language)), language)
  if (named?.schema.format === 'money' && typeof found === 'number')
    return (found / 100).toLocaleString() + (language === 'zh' ? ' 元' : ' yuan')
  if (typeof found === 'boolean') return language === 'zh' ? (found ? '是' : '否') : found ? 'yes' : 'no'
  return optionTitle(named?.schema, found, (text) => textIn(text, language))
}

function row(found: Row, named: readonly Named[], language: Language): string {
  const field = named.find((one) => one.name === found.field)
  const sign = SIGNS[found.how]![language === 'zh' ? 0 : 1]
  const title = field?.title ?? found.field
  if (found.how === 'given' || found.how === 'missing') return `${title} ${sign}`
  return `${title} ${sign} ${value(found.value, field, language)}`
}

function group(found: Group, named: readonly Named[], language: Language): string {
  const sign = { all: language === 'zh' ? ' 且 ' : ' and ', any: language === 'zh' ? ' 或 ' : ' or ' }[found.join]
  return found.items
    .map((item) => (item.sort === 'row' ? row(item, named, language) : `(${group(item, named, language)})`))
    .join(sign)
}

/** A condition as people say it; the expression itself where it is of another shape. */
export function conditionWords(when: Value, named: readonly Named[], language: Language): string {
  const found = parsed(when)
  if (found === null) return bare(when)
  return found.items.length === 0 ? '' : group(found, named, language)
}

const USUAL: Record<string, [string, string]> = {
  approved: ['同意', 'Approved'], rejected: ['拒绝', 'Refused'], done: ['完成', 'Done'], skipped: ['跳过', 'Skipped'],
  returned: ['退回', 'Returned'],
} // prettier-ignore

export function outcomeWords(node: FlowNode | undefined, outcome: string, language: Language): string {
  const given = node?.config.outcomes
  const title = given && !Array.isArray(given) ? textIn(given[outcome]?.title, language) : ''
  return title || USUAL[outcome]?.[language === 'zh' ? 0 : 1] || outcome
}

export function nodeWords(node: FlowNode | undefined, catalogue: Catalogue, language: Language): string {
  if (node === undefined) return ''
  const action = actionOf(catalogue, node)
  return textIn(node.title, language) || textIn(action?.title ?? kindOf(catalogue, node)?.title, language) || node.name
}

/** What people and roles are called, by their ids. */
export type Names = Readonly<Record<string, string>>

/** The server's words with ids of people and roles as their names. */
export function named(words: string, names: Names): string {
  return words.split(/([、，,·] ?| · )/).map((part) => names[part.trim()] ?? part).join('')
}

/** The rule of a node in one line. The server words it; what it can only name by its id is named by its title here. */
export function saysWords(node: FlowNode, catalogue: Catalogue, model: Model | null, language: Language, names: Names = {}): string {
  const zh = language === 'zh'
  const { config } = node
  const own = named(textIn(node.says, language), names)
  const fields: Config = { ...model?.data, ...model?.forms?.[String(model.start?.form)]?.fields }
  if (node.kind === 'action') return textIn(actionOf(catalogue, node)?.title, language) || own
  if (node.kind === 'end') return zh ? '流程以此结束' : 'The process ends here'
  if (node.kind === 'table' && config.table) return (zh ? '决策表 ' : 'Table ') + (textIn(model?.tables?.[config.table]?.title, language) || config.table)
  if (node.kind === 'set' && config.save && !Array.isArray(config.save)) {
    const names = Object.keys(config.save).map((key) => textIn(fields[key]?.title, language) || key)
    if (names.length > 0) return (zh ? '写入 ' : 'Sets ') + listIn(names, language)
  }
  return own || textIn(kindOf(catalogue, node)?.about, language)
}

/** Where an edge leads, by the name of the node there. */
export function targetWords(to: string, model: Model, catalogue: Catalogue, language: Language): string {
  const node = model.nodes.find((one) => one.id === to)
  if (node !== undefined) return nodeWords(node, catalogue, language)
  return to === 'end' || to.endsWith('/end') ? (language === 'zh' ? '结束' : 'End') : to
}

/** What an edge is for: its outcome, its condition, its event. */
export function edgeWords(edge: FlowEdge, model: Model, named: readonly Named[], language: Language): string {
  const zh = language === 'zh'
  switch (edge.way) {
    case 'outcome':
      return outcomeWords(model.nodes.find((node) => node.id === edge.from), edge.outcome ?? '', language)
    case 'branch':
      if (edge.when !== undefined && edge.when !== null) return conditionWords(edge.when, named, language)
      return isFork(edge, model) ? (zh ? '同时进行' : 'At the same time') : zh ? '其他情况' : 'Otherwise'
    case 'error':
      return (zh ? '出错' : 'Error') + (edge.event?.code && edge.event.code !== '*' ? ` ${edge.event.code}` : '')
    case 'deadline':
      return (zh ? '超过 ' : 'After ') + String(edge.event?.in ?? '')
    case 'message':
      return (zh ? '收到 ' : 'Message ') + String(edge.event?.name ?? '')
    default:
      return ''
  }
}

function isFork(edge: FlowEdge, model: Model): boolean {
  const sisters = model.edges.filter((one) => one.from === edge.from && one.way === 'branch')
  return sisters.every((one) => one.when === undefined || one.when === null) && sisters.length > 1
}
