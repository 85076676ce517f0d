/** Choosing something by name: nodes, actions, forms, tables, calendars, templates, processes, roles, data fields. */
import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../../i18n'
import { choices, formsOf, useCatalogue, useLibrary, useNamed } from '../../catalogue'
import { useDesign } from '../../store/design'
import { nodeWords } from '../../words'
import type { ControlProps } from '../control'

type Option = { value: string; label: string }
const search = { optionFilterProp: 'label' }

/** What the library offers under a name, with what the design brings itself. */
export function useOffered(what: string): Option[] {
  const { language, text } = useLanguage()
  const library = useLibrary()
  const model = useDesign((state) => state.model)
  switch (what) {
    case 'form':
      return Object.entries(formsOf(model, library)).map(([id, form]) => ({ value: id, label: text(form.title) || id }))
    case 'table':
      return [...Object.entries(model?.tables ?? {}).map(([id, table]) => ({ value: id, label: text(table.title) || id })), ...choices(library.tables, language)]
    case 'calendar':
      return choices(library.calendars, language)
    case 'template':
      return choices(library.templates, language)
    case 'process':
      return choices(library.processes, language)
    case 'role':
      return [...new Set([...library.roles, ...(model?.roles ?? [])])].map((role) => ({ value: role, label: text(library.role_titles[role]) || role }))
    case 'group':
      return choices(library.groups, language)
    case 'user':
      return library.users.map((user) => ({ value: user.id, label: user.name || user.id }))
    default:
      return []
  }
}

/** The nodes beside a node (in its body), by name. */
export function useNodes(beside: string | null): Option[] {
  const { language } = useLanguage()
  const catalogue = useCatalogue()
  const model = useDesign((state) => state.model)
  const around = model?.nodes.find((node) => node.id === beside)?.in ?? null
  return (model?.nodes ?? [])
    .filter((node) => node.in === around && node.id !== beside)
    .map((node) => ({ value: node.name, label: nodeWords(node, catalogue, language) }))
}

const WIDGETS: Record<string, string> = { table: 'table', calendar: 'calendar', template: 'template', process: 'process', role: 'role', form: 'form' }

/** One of the library; another name may be typed. */
export function PickControl({ id, value, change, name, ui, disabled }: ControlProps) {
  const { t } = useTranslation()
  const what = WIDGETS[(ui['ui:widget'] as string) ?? name] ?? name
  const options = useOffered(what)
  const known = options.some((one) => one.value === value)
  return (
    <Select
      id={id}
      showSearch={search}
      allowClear
      disabled={disabled}
      value={value || undefined}
      placeholder={t('props.choose')}
      status={value && !known && typeof value === 'string' && !value.includes('${') && options.length > 0 ? 'warning' : undefined}
      options={known || !value ? options : [...options, { value, label: String(value) }]}
      onChange={(next) => change(next)}
    />
  )
}

export function NodeControl({ id, value, change, schema, node, disabled }: ControlProps) {
  const { t } = useTranslation()
  const options = useNodes(node)
  const many = schema.type === 'array'
  const shown = many ? (Array.isArray(value) ? value : value ? [value] : []) : value || undefined
  return (
    <Select
      id={id}
      showSearch={search}
      allowClear
      mode={many ? 'multiple' : undefined}
      disabled={disabled}
      value={shown}
      placeholder={t('props.chooseNode')}
      options={options}
      onChange={(next) => change(many && (next as string[]).length === 0 ? undefined : next)}
    />
  )
}

export function ActionControl({ id, value, change, disabled }: ControlProps) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const { actions, groups } = useCatalogue()
  const options = groups
    .map((group) => ({
      label: text(group.title),
      options: actions.filter((one) => one.group === group.group).map((one) => ({ value: one.do, label: text(one.title) })),
    }))
    .filter((group) => group.options.length > 0)
  return <Select id={id} showSearch={search} disabled={disabled} value={value || undefined} placeholder={t('props.choose')} options={options} onChange={(next) => change(next)} />
}

export function FieldNameControl({ id, value, change, schema, disabled }: ControlProps) {
  const named = useNamed().filter((one) => one.name.startsWith('data.'))
  const many = schema.type === 'array'
  return (
    <Select
      id={id}
      showSearch={search}
      mode={many ? 'tags' : undefined}
      disabled={disabled}
      value={value ?? (many ? [] : undefined)}
      options={named.map((one) => ({ value: one.name.slice(5), label: one.title }))}
      onChange={(next) => change(next)}
    />
  )
}
