/** From a form as the server says it stands (`FormNow`) to what `FormView` draws. */
import type { RJSFSchema, UiSchema } from '@rjsf/utils'
import type { Schema } from '../api/client'
import type { Field } from '../workbench/plan'
import { listed, optionsOf } from './options'

type Text = (value: unknown) => string
type FormNow = Schema<'FormNow'>
type FormField = Schema<'FormField'>
export type Drawn = { schema: RJSFSchema; uiSchema: UiSchema; data: Record<string, unknown> }

/** Keywords of JSON Schema that a browser checks; rules and formulas are the server's. */
const KEYWORDS = [
  ...['type', 'enum', 'const', 'oneOf', 'minLength', 'maxLength', 'pattern', 'minimum', 'maximum', 'minItems', 'maxItems'],
  ...['exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'uniqueItems'],
] as const
const FORMATS = new Set(['date', 'date-time', 'time', 'email', 'uri'])

function schemaOf(field: Field, text: Text, options?: unknown): RJSFSchema {
  const found: Record<string, unknown> = {}
  for (const word of KEYWORDS) if (field[word] !== undefined) found[word] = field[word]
  if (field.format && FORMATS.has(field.format)) found.format = field.format
  if (field.title) found.title = text(field.title)
  const help = text(field.help ?? field.description)
  if (help) found.description = help
  const choices = (listed(options, text) ?? optionsOf(field, text))?.map(({ value, title }) => ({ const: value, title }))
  if (choices) {
    const of = { type: field.items?.type ?? 'string', oneOf: choices }
    if (field.type === 'array') return { ...found, items: of, uniqueItems: true } as RJSFSchema
    delete found.enum
    return { ...found, oneOf: choices } as RJSFSchema
  }
  if (field.items) found.items = schemaOf(field.items, text)
  if (field.widget === 'multiselect') found.uniqueItems = true
  if (field.properties) {
    const inner = Object.entries(field.properties)
    found.properties = Object.fromEntries(inner.map(([name, each]) => [name, schemaOf(each, text)]))
    const needed = Array.isArray(field.required) ? field.required : field.widget === 'location' ? ['lat', 'lng'] : []
    found.required = inner.filter(([name, each]) => each.required === true || needed.includes(name)).map(([name]) => name)
  }
  return found as RJSFSchema
}

/** Widgets of a text that are drawn by a widget of the same name. */
const OWN = new Set(['signature', 'department', 'region', 'record', 'serial'])

function uiOf(field: Field, text: Text): UiSchema {
  const ui: UiSchema = {}
  const placeholder = text(field.placeholder)
  if (placeholder) ui['ui:placeholder'] = placeholder
  if (field.widget === 'location') return { ...ui, 'ui:field': 'place' }
  if (field.widget === 'image' || field.widget === 'file')
    return { ...ui, 'ui:widget': 'files', 'ui:options': { pictures: field.widget === 'image', most: field.max } }
  if (field.widget === 'members' || field.widget === 'member') return { ...ui, 'ui:widget': 'members' }
  if (field.type === 'string' && field.widget && OWN.has(field.widget)) return { ...ui, 'ui:widget': field.widget }
  if (field.format === 'duration') return { ...ui, 'ui:widget': 'duration' }
  if (field.widget === 'radio') return { ...ui, 'ui:widget': 'radios' }
  if (field.widget === 'checkbox') return { ...ui, 'ui:widget': 'tick', 'ui:options': { label: false } }
  if (field.widget === 'textarea') return { ...ui, 'ui:widget': 'textarea', 'ui:options': { rows: Number(field.rows ?? 3) } }
  if (field.widget === 'rating') return { ...ui, 'ui:widget': 'rating' }
  if (field.format === 'money') return { ...ui, 'ui:widget': 'money' }
  if ((field.type === 'integer' || field.type === 'number') && !field.enum)
    return { ...ui, 'ui:widget': 'number', 'ui:options': { unit: text(field.unit) } }
  if (field.items?.properties) {
    const inner = Object.entries(field.items.properties).map(([name, each]) => [name, uiOf(each, text)])
    return { ...ui, items: { 'ui:options': { row: true, label: false }, ...Object.fromEntries(inner) } }
  }
  if (field.properties) {
    const inner = Object.entries(field.properties).map(([name, each]) => [name, uiOf(each, text)])
    return { ...ui, ...Object.fromEntries(inner) }
  }
  return ui
}

/** Rows of the layout that are shown; what the layout does not name stands below. */
function rowsOf(form: FormNow, shown: Set<string>): string[][] {
  const rows = form.layout.map((row) => (Array.isArray(row) ? row : [row]).map(String).filter((name) => shown.has(name)))
  const named = new Set(rows.flat())
  return [...rows, ...[...shown].filter((name) => !named.has(name)).map((name) => [name])].filter((row) => row.length > 0)
}

/** Draws a form in a language. Computed fields and those that may only be read cannot be typed into. */
export function drawn(form: FormNow, text: Text, filled: Record<string, unknown>): Drawn {
  const shown = form.fields.filter((each) => each.shown)
  const byName = new Map<string, FormField>(shown.map((each) => [each.name, each]))
  const rows = rowsOf(form, new Set(byName.keys()))
  const uiSchema: UiSchema = { 'ui:order': rows.flat() }
  const properties: Record<string, RJSFSchema> = {}
  const data: Record<string, unknown> = {}
  for (const row of rows)
    for (const name of row) {
      const each = byName.get(name)!
      const field = each.field as Field
      properties[name] = { title: name, ...schemaOf(field, text, each.options ?? undefined) }
      const wide = field.items?.properties || field.widget === 'textarea'
      uiSchema[name] = { ...uiOf(field, text) }
      uiSchema[name]['ui:options'] = { ...uiSchema[name]['ui:options'], span: wide ? 24 : Math.floor(24 / row.length) }
      const closed = each.right !== 'edit' || each.computed
      if (closed) uiSchema[name]['ui:disabled'] = true
      const value = closed || !(name in filled) ? each.value : filled[name]
      if (value !== null && value !== undefined) data[name] = value
    }
  const required = shown.filter((each) => each.required && !each.computed).map((each) => each.name)
  return { schema: { type: 'object', properties, required }, uiSchema, data }
}

/** Nobody has filled this in: RJSF makes an empty object of each group of fields. */
const isBlank = (value: unknown) =>
  value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0)

/** What is sent: only what the person may fill in, and nothing that is hidden or computed. */
export function toSend(form: FormNow | null | undefined, data: Record<string, unknown>): Record<string, unknown> {
  const open = (form?.fields ?? []).filter((each) => each.shown && each.right === 'edit' && !each.computed)
  return Object.fromEntries(open.filter((each) => !isBlank(data[each.name])).map((each) => [each.name, data[each.name]]))
}

/** Whether what is filled in can change what is shown: only then the server is asked as one types. */
export function hasRules(form: FormNow): boolean {
  return form.fields.some(({ field, computed }) => {
    const { show_if, required, options_from } = field as Field
    return computed || show_if !== undefined || typeof required === 'string' || options_from !== undefined
  })
}
