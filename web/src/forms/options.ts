/** What the values of a field are called: one reading for forms, conditions, cards and cases. Pure. */
type Text = (value: unknown) => string
export type Option = { value: unknown; title: string }
type Listed = { options?: unknown; oneOf?: unknown; enum?: unknown; enum_titles?: unknown; titles?: unknown; items?: unknown }

const entry = (each: unknown, text: Text): Option => {
  if (typeof each !== 'object' || each === null) return { value: each, title: String(each) }
  const { value, const: fixed, id, title, name } = each as Record<string, unknown>
  const found = value ?? fixed ?? id
  return { value: found, title: text(title ?? name) || String(found) }
}

/** Options as `[value]`, `[{value, title}]` or `{value: title}`. */
export function listed(given: unknown, text: Text): Option[] | undefined {
  if (Array.isArray(given)) return given.map((each) => entry(each, text))
  if (typeof given !== 'object' || given === null) return undefined
  return Object.entries(given).map(([value, title]) => ({ value, title: text(title) || value }))
}

/** The options of a field, in the order in which its values are listed; of a list, those of its entries. */
export function optionsOf(field: object | undefined, text: Text): Option[] | undefined {
  if (field === undefined) return undefined
  const { options, oneOf, enum: values, enum_titles, titles, items } = field as Listed
  const named = listed(options ?? oneOf ?? enum_titles ?? titles, text)
  if (Array.isArray(values)) return values.map((value) => named?.find((one) => String(one.value) === String(value) ) ?? { value, title: String(value) }).map((one, index) => ({ value: values[index], title: one.title }))
  if (named !== undefined) return named
  return typeof items === 'object' && items !== null ? optionsOf(items, text) : undefined
}

/** What one value of a field is called. */
export function optionTitle(field: object | undefined, value: unknown, text: Text): string {
  return optionsOf(field, text)?.find((one) => one.value === value)?.title ?? String(value)
}
