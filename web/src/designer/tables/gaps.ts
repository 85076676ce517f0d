/** Gaps and overlaps of a decision table, as far as a browser can see them: over values that are listed or bounded. Pure. */
import type { Config, TableBody, Value } from '../types'

export type Interval = { low: number; high: number; lowIn: boolean; highIn: boolean }
const ALL: Interval = { low: -Infinity, high: Infinity, lowIn: false, highIn: false }

/** A cell as an interval of numbers; null where it is something else. */
export function intervalOf(cell: Value): Interval | null {
  if (cell === undefined || cell === null) return ALL
  if (typeof cell === 'number') return { low: cell, high: cell, lowIn: true, highIn: true }
  const text = String(cell).trim()
  const compared = /^(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)$/.exec(text)
  if (compared) {
    const number = Number(compared[2])
    const open = compared[1]!.length === 1
    return compared[1]!.startsWith('>') ? { low: number, high: Infinity, lowIn: !open, highIn: false } : { low: -Infinity, high: number, lowIn: false, highIn: !open }
  }
  const range = /^([[(]?)\s*(-?\d+(?:\.\d+)?)\s*\.\.\s*(-?\d+(?:\.\d+)?)\s*([\])]?)$/.exec(text)
  if (range) return { low: Number(range[2]), high: Number(range[3]), lowIn: range[1] !== '(', highIn: range[4] !== ')' }
  return null
}

/** Whether a cell holds for a value; null where that cannot be told here. */
export function cellHolds(cell: Value, value: Value): boolean | null {
  if (cell === undefined || cell === null) return true
  if (Array.isArray(cell)) {
    const each = cell.map((one) => cellHolds(one, value))
    return each.includes(true) ? true : each.includes(null) ? null : false
  }
  if (typeof cell === 'string' && cell.includes('${')) return null
  const unlike = typeof cell === 'string' ? /^!=\s*(.+)$/.exec(cell) : null
  if (unlike) return String(value) !== unlike[1]
  const interval = typeof value === 'number' ? intervalOf(cell) : null
  if (interval) {
    const above = value > interval.low || (interval.lowIn && value === interval.low)
    return above && (value < interval.high || (interval.highIn && value === interval.high))
  }
  return cell === value || String(cell) === String(value)
}

/** Values that stand for all: each listed one, both booleans, and of numbers one at and between every bound. */
function samples(input: Config, cells: Value[]): Value[] | null {
  const schema = (input.schema ?? {}) as Config
  if (schema.enum) return schema.enum
  if (schema.type === 'boolean' || cells.some((cell) => typeof cell === 'boolean')) return [true, false]
  const flat = cells.flat().filter((cell) => cell !== undefined && cell !== null)
  const intervals = flat.map(intervalOf)
  if (intervals.length > 0 && intervals.every((one) => one !== null)) {
    const bounds = [...new Set(intervals.flatMap((one) => [one!.low, one!.high]).filter(Number.isFinite))].sort((a, b) => a - b)
    const low = (schema.minimum as number | undefined) ?? -Infinity
    const high = (schema.maximum as number | undefined) ?? Infinity
    const between = bounds.flatMap((bound, index) => [bound, index + 1 < bounds.length ? (bound + bounds[index + 1]!) / 2 : bound + 1])
    return [bounds[0]! - 1, ...between].filter((one) => one >= low && one <= high)
  }
  const named = [...new Set(flat.map(String).filter((cell) => !/^!=|\$\{/.test(cell)))]
  return named.length ? [...named, '…'] : ['…']
}

export type Finding = { sort: 'gap' | 'overlap'; rules: number[]; at: Record<string, Value> }
const MOST = 4000

/** Combinations that no rule, or more than one rule, holds for. `first` and lists may overlap. */
export function findings(table: TableBody): Finding[] {
  const inputs = table.inputs ?? []
  const rules = table.rules ?? []
  const axes = inputs.map((input) => samples(input, rules.map((rule) => (rule.when ?? {})[input.name as string])))
  if (axes.some((axis) => axis === null) || axes.reduce((size, axis) => size * axis!.length, 1) > MOST) return []
  const single = (table.hit ?? 'unique') === 'unique'
  const found = new Map<string, Finding>()
  const walk = (index: number, at: Record<string, Value>) => {
    if (index < inputs.length) return axes[index]!.forEach((value) => walk(index + 1, { ...at, [inputs[index]!.name as string]: value }))
    const hits = rules.map((rule) => inputs.map((input) => cellHolds((rule.when ?? {})[input.name as string], at[input.name as string])))
    if (hits.some((cells) => cells.includes(null) && !cells.includes(false))) return
    const holding = hits.flatMap((cells, rule) => (cells.every((cell) => cell === true) ? [rule] : []))
    if (holding.length === 0 && !found.has('gap')) found.set('gap', { sort: 'gap', rules: [], at })
    if (single && holding.length > 1 && !found.has(holding.join())) found.set(holding.join(), { sort: 'overlap', rules: holding, at })
  }
  if (inputs.length > 0) walk(0, {})
  return [...found.values()]
}

/** A cell from what was typed: numbers and booleans are such, empty matches everything. */
export function cellOf(text: string): Value {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  if (/^-?\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed)
  return trimmed === 'true' ? true : trimmed === 'false' ? false : /[,，]/.test(trimmed) && !trimmed.includes('${') ? trimmed.split(/[,，]/).map((one) => cellOf(one)) : trimmed
}
export const cellText = (cell: Value): string => (cell === undefined || cell === null ? '' : Array.isArray(cell) ? cell.map(cellText).join(', ') : String(cell))
