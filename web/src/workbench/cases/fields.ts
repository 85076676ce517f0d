/** What is known of every field of a process: its data, with the words of all forms that ask for it or show it. Pure. */
import { optionsOf, type Option } from '../../forms/options'
import type { Body, Field, Form, Plan } from '../plan'

type Fields = Record<string, Field>

/** Forms of nodes: by name with what the node says of their fields, or written there. */
function formsAt(body: Body | undefined): Fields[] {
  return Object.values(body?.nodes ?? {}).flatMap((node) => {
    const fields = (node.params?.form as Form | null | undefined)?.fields
    return [...(fields ? [fields] : []), ...formsAt(node.body)]
  })
}

/** The values of a field that have a title, with it as it is written. */
function titled(field: Field | undefined): Option[] {
  const found = optionsOf(field, (title) => (title ?? '') as string) ?? []
  return found.filter((one) => typeof one.title === 'object' || one.title !== String(one.value))
}

/** Two descriptions of a field as one: what the later says counts, and a title that only the earlier has is kept. */
export function merged(one: Field | undefined, other: Field): Field {
  if (one === undefined) return other
  const options = [...titled(other), ...titled(one)]
  const found: Field = { ...one, ...other, title: other.title ?? one.title }
  if (options.length > 0) {
    // A list of values without words would hide the words that another form has for them.
    delete found.enum
    found.options = options
  }
  if (one.properties || other.properties) found.properties = together([one.properties ?? {}, other.properties ?? {}])
  if (one.items && other.items) found.items = merged(one.items, other.items)
  return found
}

function together(all: readonly Fields[]): Fields {
  const found: Fields = {}
  for (const fields of all)
    for (const [name, field] of Object.entries(fields)) if (typeof field === 'object') found[name] = merged(found[name], field)
  return found
}

export function fieldsOf(plan: Plan | undefined): Fields {
  const named = Object.values(plan?.forms ?? {}).map((form) => form.fields ?? {})
  return together([plan?.data ?? {}, ...named, ...formsAt(plan?.body)])
}
