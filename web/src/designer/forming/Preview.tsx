/** The form as the people who fill it in will see it, at the desk and on a phone; to be tried out. */
import { Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FormView } from '../../forms/FormView'
import { drawn } from '../../forms/business'
import { useLanguage } from '../../i18n'
import { bare, parsed, type Group } from '../props/conditions'
import type { Config, Field, FormBody, Value } from '../types'
import { rowsOf } from './kinds'

/** Whether a condition of the builder's shape holds; null where only the server can tell. */
export function holds(condition: Value, data: Config): boolean | null {
  if (condition === undefined || condition === true || condition === false) return condition !== false
  const found = parsed(condition)
  return found === null ? null : groupHolds(found, data)
}

function groupHolds(group: Group, data: Config): boolean {
  const each = group.items.map((item) => {
    if (item.sort === 'group') return groupHolds(item, data)
    const value = data[item.field.replace(/^(form|data)\./, '')]
    const given = value !== undefined && value !== null && value !== ''
    if (item.how === 'given') return given
    if (item.how === 'missing') return !given
    if (!given) return false
    const tests: Record<string, () => boolean> = {
      '==': () => value === item.value,
      '!=': () => value !== item.value,
      '>': () => value > item.value,
      '>=': () => value >= item.value,
      '<': () => value < item.value,
      '<=': () => value <= item.value,
      in: () => item.value.includes(value),
      not_in: () => !item.value.includes(value),
      contains: () => String(value).includes(item.value),
      starts: () => String(value).startsWith(item.value),
    }
    return tests[item.how]!()
  })
  return group.join === 'any' ? each.some(Boolean) : each.every(Boolean)
}

/** Sub-tables are written as a map of columns; JSON Schema wants an object. */
function asSchema(field: Field): Field {
  const items = field.items as Config | undefined
  if (field.type === 'array' && items && !items.type && !items.properties && !items.enum)
    return { ...field, items: { type: 'object', properties: Object.fromEntries(Object.entries(items).map(([key, one]) => [key, asSchema(one as Field)])) } }
  if (field.format === 'money' && !field.type) return { ...field, type: 'integer' }
  return field
}

/** What the server would say of the form, as far as a browser can. */
export function standing(form: FormBody, data: Config) {
  const fields = Object.entries(form.fields ?? {}).map(([name, field]) => ({
    name,
    field: asSchema(field ?? {}),
    shown: holds(field?.show_if, data) !== false,
    required: typeof field?.required === 'string' ? holds(field.required, data) === true : field?.required === true,
    right: 'edit',
    computed: field?.value !== undefined,
    value: null,
    options: null,
  }))
  return { fields, layout: written(form) } as never
}
const written = (form: FormBody) => rowsOf(form.fields, form.layout)

export function FormPreview({ form, data, change, id = 'preview' }: { form: FormBody; data: Config; change: (data: Config) => void; id?: string }) {
  const { text } = useLanguage()
  const shown = useMemo(() => drawn(standing(form, data), text, data), [form, data, text])
  return <FormView id={id} schema={shown.schema} uiSchema={shown.uiSchema} data={shown.data} onChange={change} />
}

export function Preview({ form }: { form: FormBody }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const [data, setData] = useState<Config>({})
  const [width, setWidth] = useState<'desk' | 'phone'>('phone')
  const rules = Object.values(form.fields ?? {}).some((field) => field?.show_if !== undefined && parsed(field.show_if) === null && bare(field.show_if) !== '')
  return (
    <section className="form-preview" aria-label={t('forming.preview')}>
      <header>
        <h3>{t('forming.preview')}</h3>
        <Segmented<'desk' | 'phone'> size="small" value={width} onChange={setWidth} options={[{ value: 'phone', label: t('forming.phone') }, { value: 'desk', label: t('forming.desk') }]} />
      </header>
      <div className={`sheet ${width}`} data-testid="preview">
        <h2>{text(form.title)}</h2>
        <FormPreview form={form} data={data} change={setData} />
        {rules && <p className="soft small">{t('forming.serverRules')}</p>}
      </div>
    </section>
  )
} // prettier-ignore
