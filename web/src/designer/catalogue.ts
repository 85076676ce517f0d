/** What may be drawn and named: the catalogue of kinds and actions, and the library of this tenant. */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { textIn, useLanguage, type Language } from '../i18n'
import { shelf } from './api'
import { useDesign } from './store/design'
import type { Action, Catalogue, Field, FlowNode, FormBody, Kind, Library, Model } from './types'
import type { Named } from './props/conditions'

const LONG = 10 * 60_000
const nothing: Catalogue = {
  kinds: [], actions: [], groups: [], process: { schema: {}, ui: {} }, form: { schema: {}, ui: {} }, table: { schema: {}, ui: {} },
} // prettier-ignore
const bareShelf: Library = {
  roles: [], role_titles: {}, groups: [], users: [], forms: [], tables: [], calendars: [], templates: [], processes: [], functions: [],
} // prettier-ignore

export function useCatalogue(): Catalogue {
  return useQuery({ queryKey: ['node-types'], queryFn: shelf.catalogue, staleTime: LONG }).data ?? nothing
}

export function useLibrary(): Library {
  return useQuery({ queryKey: ['design-library'], queryFn: shelf.library, staleTime: 60_000 }).data ?? bareShelf
}

export function kindOf(catalogue: Catalogue, node: FlowNode): Kind | undefined {
  return catalogue.kinds.find((kind) => kind.kind === node.kind)
}

export function actionOf(catalogue: Catalogue, node: FlowNode): Action | undefined {
  return node.kind === 'action' ? catalogue.actions.find((action) => action.do === node.config.do) : undefined
}

/** An entry of the library is an id, or a map with `id` (or `name`) and words. */
export function choices(entries: readonly unknown[] | undefined, language: Language): { value: string; label: string }[] {
  return (entries ?? []).map((entry) => {
    if (typeof entry !== 'object' || entry === null) return { value: String(entry), label: String(entry) }
    const { id, name, title } = entry as { id?: string; name?: unknown; title?: unknown }
    const value = String(id ?? (typeof name === 'string' ? name : ''))
    return { value, label: textIn(title ?? name, language) || value }
  })
}

/** Every form that the design may use, by name: its own first. */
export function formsOf(model: Model | null, library: Library): Record<string, FormBody> {
  const shared = library.forms.map((form): [string, FormBody] => [
    form.id,
    { title: form.title, fields: Array.isArray(form.fields) ? Object.fromEntries(form.fields.map((key) => [key, {}])) : form.fields },
  ])
  return { ...Object.fromEntries(shared), ...model?.forms }
}

/** The form that a node's people fill in. */
function formIn(node: FlowNode): string {
  const used = node.config.form
  return String((typeof used === 'object' && used !== null ? used.use : used) ?? '')
}

/** Fields that an expression may name. `scope` is `data` at nodes, `form` inside the form `form`. */
export function namedFields(model: Model | null, library: Library, language: Language, form?: string): Named[] {
  if (model === null) return []
  const forms = formsOf(model, library)
  const named = (prefix: string, fields: Record<string, Field> | undefined): Named[] =>
    Object.entries(fields ?? {}).map(([key, schema]) => ({
      name: `${prefix}.${key}`,
      title: textIn(schema?.title, language) || key,
      schema: schema ?? {},
    }))
  if (form !== undefined) return named('form', forms[form]?.fields)
  const start = model.start?.form as string | undefined
  const asked = start ? (forms[start]?.fields ?? {}) : {}
  // Only forms know what the values are called: the first, and those of its tasks.
  const later = model.nodes.map((node) => forms[formIn(node)]?.fields ?? {})
  const words = (key: string) => [asked, ...later].map((fields) => fields[key]).find((field) => field?.options !== undefined)?.options
  const kept = Object.entries(model.data ?? {}).map(([key, field]) => [key, { ...asked[key], ...(words(key) === undefined ? {} : { options: words(key) }), ...field }])
  const all: Record<string, Field> = { ...asked, ...Object.fromEntries(kept) }
  return [
    ...named('data', all),
    { name: 'case.initiator', title: language === 'zh' ? '发起人' : 'Initiator', schema: { type: 'string', widget: 'member' } },
  ]
}

/** The same, of the design that is open. */
export function useNamed(form?: string): Named[] {
  const model = useDesign((state) => state.model)
  const library = useLibrary()
  const { language } = useLanguage()
  return useMemo(() => namedFields(model, library, language, form), [model, library, language, form])
}

/** What `role:x`, `group:x` and `user:x` are called. */
export function useWho(given: readonly string[]): string[] {
  const library = useLibrary()
  const { text } = useLanguage()
  return given.map((one) => {
    const [, sort, id = ''] = /^(\w+):\s*(.+)$/.exec(one) ?? [null, '', one]
    if (sort === 'role') return text(library.role_titles[id]) || id
    return (sort === 'user' && library.users.find((user) => user.id === id)?.name) || id
  })
}
