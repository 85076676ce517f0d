/** Cells of a decision table as they are typed and shown. What rules leave out or share, the compiler says. Pure. */
import type { Value } from '../types'

/** A cell from what was typed: numbers and booleans are such, empty matches everything. */
export function cellOf(text: string): Value {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  if (/^-?\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed)
  return trimmed === 'true' ? true : trimmed === 'false' ? false : /[,，]/.test(trimmed) && !trimmed.includes('${') ? trimmed.split(/[,，]/).map((one) => cellOf(one)) : trimmed
}
export const cellText = (cell: Value): string => (cell === undefined || cell === null ? '' : Array.isArray(cell) ? cell.map(cellText).join(', ') : String(cell))

/** A cell as values of a list that can be ticked; null where it says something else: a comparison, a range, a condition. */
export function ticked(cell: Value, values: readonly unknown[]): Value[] | null {
  const all: Value[] = cell === undefined || cell === null || cell === '' ? [] : Array.isArray(cell) ? cell : [cell]
  return all.every((one) => values.includes(one)) ? all : null
}

/** The cell that matches these values: none match everything. */
export const cellOfTicked = (values: Value[]): Value => (values.length === 0 ? undefined : values.length === 1 ? values[0] : values)

/** The field that an input reads, where it is nothing but that: `${ data.kind }` reads data.kind. */
export const readBy = (expression: Value): string | undefined => /^\s*\$\{\s*(data\.[\p{L}\w]+)\s*\}\s*$/u.exec(String(expression ?? ''))?.[1]
