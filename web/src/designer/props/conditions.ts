/**
 * Conditions without code: rows of field, comparison and value, in groups of "all of" and "any of", to and from the
 * expression language. What is not of that shape stays an expression, which the expert mode edits.
 */
import type { Field, Value } from '../types'

export const comparisons = ['==', '!=', '>', '>=', '<', '<=', 'in', 'not_in', 'contains', 'starts', 'given', 'missing'] as const
export type Comparison = (typeof comparisons)[number]
export type Row = { sort: 'row'; field: string; how: Comparison; value: Value }
export type Group = { sort: 'group'; join: 'all' | 'any'; items: (Row | Group)[] }

/** A field that conditions may name: `data.days`, with its schema. */
export type Named = { name: string; title: string; schema: Field }

type Token = { kind: 'name' | 'number' | 'text' | 'sign'; text: string }
const TOKEN = /\s*(?:([\p{L}_][\p{L}\p{N}_]*)|(\d+(?:\.\d+)?)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(&&|\|\||==|!=|>=|<=|[-><!()[\],.]))/uy

function tokens(text: string): Token[] | null {
  const found: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    if (!text.slice(TOKEN.lastIndex).trim()) break
    const hit = TOKEN.exec(text)
    if (hit === null) return null
    const kind = hit[1] ? 'name' : hit[2] ? 'number' : hit[3] ? 'text' : 'sign'
    found.push({ kind, text: hit[1] ?? hit[2] ?? hit[3] ?? hit[4]! })
  }
  return found
}

class Unfit extends Error {}

class Reading {
  private at = 0
  constructor(private readonly all: Token[]) {}

  whole(): Group {
    const found = this.any()
    if (this.at < this.all.length) throw new Unfit()
    return found.sort === 'group' ? found : { sort: 'group', join: 'all', items: [found] }
  }

  private peek(text: string): boolean {
    return this.all[this.at]?.kind === 'sign' && this.all[this.at]?.text === text
  }
  private take(text: string): boolean {
    if (!this.peek(text)) return false
    this.at += 1
    return true
  }
  private need(text: string): void {
    if (!this.take(text)) throw new Unfit()
  }
  private joined(sign: string, join: 'all' | 'any', part: () => Row | Group): Row | Group {
    const items = [part()]
    while (this.take(sign)) items.push(part())
    return items.length === 1 ? items[0]! : { sort: 'group', join, items }
  }
  private any(): Row | Group {
    return this.joined('||', 'any', () => this.joined('&&', 'all', () => this.one()))
  }
  private one(): Row | Group {
    if (this.take('(')) {
      const found = this.any()
      this.need(')')
      return found
    }
    if (this.take('!')) return opposite(this.one())
    const field = this.path()
    if (field === 'has' && this.take('(')) {
      const inner = this.path()
      this.need(')')
      return { sort: 'row', field: inner, how: 'given', value: null }
    }
    const method = /^(.*)\.(contains|startsWith)$/.exec(field)
    if (method && this.take('(')) {
      const value = this.literal()
      this.need(')')
      return { sort: 'row', field: method[1]!, how: method[2] === 'contains' ? 'contains' : 'starts', value }
    }
    const sign = this.all[this.at]
    if (sign?.text === 'in') {
      this.at += 1
      const value = this.literal()
      if (!Array.isArray(value)) throw new Unfit()
      return { sort: 'row', field, how: 'in', value }
    }
    const how = comparisons.find((one) => one === sign?.text)
    if (how === undefined) return { sort: 'row', field, how: '==', value: true }
    this.at += 1
    return { sort: 'row', field, how, value: this.literal() }
  }
  private path(): string {
    const first = this.all[this.at]
    if (first?.kind !== 'name' || ['true', 'false', 'null', 'in'].includes(first.text)) throw new Unfit()
    this.at += 1
    let found = first.text
    while (this.take('.')) {
      const next = this.all[this.at]
      if (next?.kind !== 'name') throw new Unfit()
      this.at += 1
      found += `.${next.text}`
    }
    if (found === 'now') throw new Unfit()
    return found
  }
  private literal(): Value {
    if (this.take('[')) {
      const items: Value[] = []
      while (!this.peek(']')) {
        items.push(this.literal())
        if (!this.take(',')) break
      }
      this.need(']')
      return items
    }
    const minus = this.take('-')
    const token = this.all[this.at]
    this.at += 1
    if (token?.kind === 'number') return minus ? -Number(token.text) : Number(token.text)
    if (minus) throw new Unfit()
    if (token?.kind === 'text') return unquoted(token.text)
    if (token?.text === 'true') return true
    if (token?.text === 'false') return false
    throw new Unfit()
  }
}

function opposite(found: Row | Group): Row {
  if (found.sort === 'group') throw new Unfit()
  const other = ({ given: 'missing', in: 'not_in', '==': '!=', '!=': '==' } as Record<string, Comparison>)[found.how]
  if (other === undefined) throw new Unfit()
  return found.how === '==' && found.value === true ? { ...found, value: false } : { ...found, how: other }
}

function unquoted(text: string): string {
  const inner = text.slice(1, -1)
  return inner.replace(/\\(.)/g, (_, letter: string) => ({ n: '\n', t: '\t' })[letter] ?? letter)
}

/** What stands between `${` and `}`; the text itself where it is bare. */
export function bare(text: Value): string {
  if (typeof text === 'boolean') return String(text)
  const found = /^\s*\$\{([\s\S]*)\}\s*$/.exec(String(text ?? ''))
  return (found ? found[1]! : String(text ?? '')).trim()
}

export function wrapped(expression: string): string {
  return '${ ' + expression.trim() + ' }'
}

/** The rows of an expression; null where it is of another shape. An empty one has no rows. */
export function parsed(text: Value): Group | null {
  const inner = bare(text)
  if (inner === '') return { sort: 'group', join: 'all', items: [] }
  const found = tokens(inner)
  if (found === null) return null
  try {
    return new Reading(found).whole()
  } catch (error) {
    if (error instanceof Unfit) return null
    throw error
  }
}

function literal(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  return typeof value === 'string' ? JSON.stringify(value) : String(value ?? '""')
}

function rowText({ field, how, value }: Row): string {
  if (how === 'given') return `has(${field})`
  if (how === 'missing') return `!has(${field})`
  if (how === 'in') return `${field} in ${literal(Array.isArray(value) ? value : [value])}`
  if (how === 'not_in') return `!(${field} in ${literal(Array.isArray(value) ? value : [value])})`
  if (how === 'contains') return `${field}.contains(${literal(value)})`
  if (how === 'starts') return `${field}.startsWith(${literal(value)})`
  if (value === true && how === '==') return field
  if (value === false && how === '==') return `!${field}`
  return `${field} ${how} ${literal(value)}`
}

/** The expression of a group, bare. */
export function printed(group: Group, inside = false): string {
  const parts = group.items.map((item) => (item.sort === 'row' ? rowText(item) : printed(item, true))).filter(Boolean)
  const text = parts.join(group.join === 'all' ? ' && ' : ' || ')
  return inside && parts.length > 1 ? `(${text})` : text
}

/** Comparisons that suit a field. */
export function comparisonsOf(schema: Field | undefined): Comparison[] {
  if (schema?.type === 'boolean') return ['==']
  if (isNumber(schema) || schema?.format === 'date' || schema?.format === 'date-time')
    return ['>', '>=', '<', '<=', '==', '!=', 'given', 'missing']
  if (schema?.enum) return ['==', '!=', 'in', 'not_in', 'given', 'missing']
  if (schema?.type === 'array') return ['given', 'missing']
  return ['==', '!=', 'contains', 'starts', 'in', 'given', 'missing']
}

export function isNumber(schema: Field | undefined): boolean {
  return schema?.type === 'number' || schema?.type === 'integer' || schema?.format === 'money'
}
