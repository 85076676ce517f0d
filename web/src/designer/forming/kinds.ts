/** The kinds of fields that the form designer offers, and what a new one is in the form's own language. Pure. */
import type { Field } from '../types'

export type FieldKind = { key: string; group: 'text' | 'number' | 'choice' | 'time' | 'people' | 'media' | 'more'; icon: string; make: () => Field }

const PHONE = '^[0-9+][0-9 -]{5,19}$'
const IDCARD = '^[0-9]{17}[0-9Xx]$'
const values = ['option_1', 'option_2', 'option_3']
const options = Object.fromEntries(values.map((value, index) => [value, { zh: `选项 ${index + 1}`, en: `Option ${index + 1}` }]))

export const fieldKinds: FieldKind[] = [
  { key: 'text', group: 'text', icon: 'pencil', make: () => ({ type: 'string', maxLength: 200 }) },
  { key: 'textarea', group: 'text', icon: 'file-text', make: () => ({ type: 'string', widget: 'textarea', maxLength: 2000 }) },
  { key: 'phone', group: 'text', icon: 'plug', make: () => ({ type: 'string', pattern: PHONE }) },
  { key: 'email', group: 'text', icon: 'send', make: () => ({ type: 'string', format: 'email' }) },
  { key: 'url', group: 'text', icon: 'link', make: () => ({ type: 'string', format: 'uri' }) },
  { key: 'idcard', group: 'text', icon: 'user', make: () => ({ type: 'string', pattern: IDCARD }) },
  { key: 'number', group: 'number', icon: 'table', make: () => ({ type: 'number' }) },
  { key: 'integer', group: 'number', icon: 'table', make: () => ({ type: 'integer', minimum: 0 }) },
  { key: 'money', group: 'number', icon: 'wallet', make: () => ({ format: 'money', minimum: 0 }) },
  { key: 'percent', group: 'number', icon: 'flag', make: () => ({ type: 'number', minimum: 0, maximum: 100, unit: '%' }) },
  { key: 'rating', group: 'number', icon: 'check', make: () => ({ type: 'integer', minimum: 1, maximum: 5, widget: 'rating' }) },
  { key: 'formula', group: 'number', icon: 'bolt', make: () => ({ type: 'number', value: '${ 0 }' }) },
  { key: 'select', group: 'choice', icon: 'split', make: () => ({ type: 'string', enum: values, options }) },
  { key: 'radio', group: 'choice', icon: 'split', make: () => ({ type: 'string', enum: values, options, widget: 'radio' }) },
  { key: 'multiselect', group: 'choice', icon: 'check-circle', make: () => ({ type: 'array', widget: 'multiselect', items: { type: 'string', enum: values }, options }) },
  { key: 'switch', group: 'choice', icon: 'flag', make: () => ({ type: 'boolean', widget: 'switch' }) },
  { key: 'checkbox', group: 'choice', icon: 'check-circle', make: () => ({ type: 'boolean', widget: 'checkbox' }) },
  { key: 'date', group: 'time', icon: 'clock', make: () => ({ type: 'string', format: 'date' }) },
  { key: 'datetime', group: 'time', icon: 'clock', make: () => ({ type: 'string', format: 'date-time' }) },
  { key: 'time', group: 'time', icon: 'clock', make: () => ({ type: 'string', format: 'time' }) },
  { key: 'duration', group: 'time', icon: 'clock', make: () => ({ type: 'string', format: 'duration' }) },
  { key: 'member', group: 'people', icon: 'user', make: () => ({ type: 'string', widget: 'member' }) },
  { key: 'members', group: 'people', icon: 'user', make: () => ({ widget: 'members', type: 'array', items: { type: 'string' } }) },
  { key: 'department', group: 'people', icon: 'route', make: () => ({ type: 'string', widget: 'department' }) },
  { key: 'image', group: 'media', icon: 'box', make: () => ({ widget: 'image', type: 'array', items: { type: 'string' }, max: 9 }) },
  { key: 'file', group: 'media', icon: 'file-text', make: () => ({ widget: 'file', type: 'array', items: { type: 'string' }, max: 5 }) },
  { key: 'signature', group: 'media', icon: 'pencil', make: () => ({ widget: 'signature', type: 'string' }) },
  { key: 'location', group: 'media', icon: 'map-pin', make: () => ({ widget: 'location', type: 'object' }) },
  { key: 'region', group: 'more', icon: 'globe', make: () => ({ type: 'string', widget: 'region' }) },
  { key: 'record', group: 'more', icon: 'link', make: () => ({ type: 'string', widget: 'record' }) },
  { key: 'serial', group: 'more', icon: 'tags', make: () => ({ type: 'string', widget: 'serial', value: '${ case.id }' }) },
  { key: 'detail', group: 'more', icon: 'table', make: () => ({ type: 'array', widget: 'detail', items: { item: { type: 'string', title: { zh: '名称', en: 'Item' } }, qty: { type: 'integer', minimum: 1, title: { zh: '数量', en: 'Quantity' } } } }) },
] // prettier-ignore

/** The kind of a field as it is written. */
export function kindOfField(field: Field | undefined): string {
  if (field === undefined) return 'text'
  if (field.widget === 'serial') return 'serial'
  if (field.value !== undefined) return 'formula'
  if (field.format === 'money') return 'money'
  const widget = field.widget
  if (widget && fieldKinds.some((kind) => kind.key === widget)) return widget
  if (field.enum) return 'select'
  if (field.pattern === PHONE || field.pattern === IDCARD) return field.pattern === PHONE ? 'phone' : 'idcard'
  if (field.unit === '%') return 'percent'
  const formats: Record<string, string> = { date: 'date', 'date-time': 'datetime', time: 'time', duration: 'duration', email: 'email', uri: 'url' }
  if (field.format && formats[field.format]) return formats[field.format]!
  if (field.type === 'boolean') return 'switch'
  if (field.type === 'array') return field.items?.enum ? 'multiselect' : 'detail'
  return field.type === 'number' || field.type === 'integer' ? field.type : 'text'
}

/** A key that the form has not: a label never makes one, so that renaming a label changes no key. */
export function newKey(taken: readonly string[], kind: string): string {
  for (let number = 1; ; number += 1) if (!taken.includes(`${kind}_${number}`)) return `${kind}_${number}`
}

/** Rows of a layout, each a list of keys; fields that it does not name come last. */
export function rowsOf(fields: Record<string, Field> | undefined, layout: readonly unknown[] | undefined): string[][] {
  const known = Object.keys(fields ?? {})
  const rows = (layout ?? []).map((row) => (Array.isArray(row) ? row : [row]).map(String).filter((key) => known.includes(key))).filter((row) => row.length > 0)
  const named = new Set(rows.flat())
  return [...rows, ...known.filter((key) => !named.has(key)).map((key) => [key])]
}

/** Rows as they are written: a single key stands by itself. */
export const written = (rows: readonly string[][]): (string | string[])[] => rows.filter((row) => row.length > 0).map((row) => (row.length === 1 ? row[0]! : [...row]))

/** Rows with a key taken to another place; `to` null is the end. */
export function movedKey(rows: readonly string[][], key: string, to: string | null): string[][] {
  if (to === key) return rows.map((row) => [...row])
  const from = rows.findIndex((row) => row.includes(key))
  const down = from >= 0 && to !== null && from < rows.findIndex((row) => row.includes(to))
  const rest = rows.map((row) => row.filter((one) => one !== key)).filter((row) => row.length > 0)
  const at = to === null ? rest.length : rest.findIndex((row) => row.includes(to))
  rest.splice(at + (down ? 1 : 0), 0, [key])
  return rest
}

/** Everything in a document that names a field: conditions, formulas, rights, layouts of other forms are not counted. */
export function usesOf(document: unknown, key: string, path: string[] = []): string[][] {
  if (typeof document === 'string') {
    const named = new RegExp(`\\b(?:data|form|item|local)\\.${key}(?![\\p{L}\\p{N}_])`, 'u')
    return document.includes('${') && named.test(document) ? [path] : []
  }
  if (Array.isArray(document)) return document.flatMap((one, index) => usesOf(one, key, [...path, String(index)]))
  if (typeof document !== 'object' || document === null) return []
  return Object.entries(document).flatMap(([name, value]) => [
    ...(name === 'field' && value === key ? [[...path, name]] : []),
    ...(name === key && path[path.length - 1] === 'fields' && path.includes('form') ? [[...path, name]] : []),
    ...usesOf(value, key, [...path, name]),
  ])
}
