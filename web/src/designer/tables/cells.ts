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
