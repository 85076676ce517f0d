/** The data that a node is tried with, as a form or as JSON; what is wrong stands where it is wrong. */
import { Input, Segmented, Select } from 'antd'
import { lazy, Suspense, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { drawn } from '../../forms/business'
import { FormView } from '../../forms/FormView'
import { useLanguage } from '../../i18n'
import { useLibrary } from '../../designer/catalogue'
import { standing } from '../../designer/forming/Preview'
import { useMeant } from '../../designer/overlays/useMeant'
import { faultIn } from '../../designer/props/live/json'
import type { Config, Field } from '../../designer/types'
import { around, parsedGiven, written } from './given'
import type { Given } from './types'

const SampleJson = lazy(() => import('../../designer/props/live/SampleJson'))

type Props = { node: string; given: Given; change: (given: Given, sound: boolean) => void; said: Record<string, string> }

/** The fields of the process, as plain values: rules of a form do not hold in the middle of a case. */
function useFields(data: Config): Record<string, Field> {
  const model = useMeant()
  return useMemo(() => {
    const forms = Object.values(model?.forms ?? {}).flatMap((form) => Object.entries(form.fields ?? {}))
    const known: Record<string, Field> = {}
    for (const [name, field] of [...forms, ...Object.entries(model?.data ?? {})]) known[name] = { ...known[name], ...field }
    const names = Object.keys(model?.data ?? {}).length > 0 ? Object.keys(model!.data!) : Object.keys(known)
    return Object.fromEntries([...new Set([...names, ...Object.keys(data).filter((name) => name in known)])].map((name) => {
      const { show_if: _, required: __, value: ___, default: ____, ...field } = known[name] ?? {}
      return [name, field]
    }))
  }, [model, data])
} // prettier-ignore

function Json({ value, change, label, rows = 3 }: { value: unknown; change: (value: unknown, sound: boolean) => void; label: string; rows?: number }) {
  const { t } = useTranslation()
  const [text, setText] = useState(() => JSON.stringify(value ?? null, null, 2))
  const [bad, setBad] = useState(false)
  const type = (next: string) => {
    setText(next)
    try {
      change(JSON.parse(next), true)
      setBad(false)
    } catch {
      setBad(true)
      change(value, false)
    }
  }
  return (
    <div className="prop">
      <span className="prop-name">{label}</span>
      <Input.TextArea aria-label={label} className="mono small" autoSize={{ minRows: rows, maxRows: 10 }} status={bad ? 'error' : undefined} value={text} onChange={(event) => type(event.target.value)} />
      {bad && <p className="prop-problem error">{t('sim.one.badJson')}</p>}
    </div>
  )
} // prettier-ignore

function AsForm({ node, given, change, said }: Props) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const library = useLibrary()
  const model = useMeant()!
  const fields = useFields(given.data)
  const shown = useMemo(() => drawn(standing({ fields }, given.data), text, given.data), [fields, given.data, text])
  const others = Object.entries(said).filter(([name]) => !(name in fields))
  const own = given.people ? Object.keys(given.people) : null
  const people = own ?? library.users.map((user) => user.id)
  const items = around(model, node)
  return (
    <>
      <div className="prop">
        <label className="prop-name" htmlFor="one-initiator">{t('sim.initiator')}</label>
        <Select id="one-initiator" showSearch={{ optionFilterProp: 'label' }} value={given.initiator || undefined} options={people.map((id) => ({ value: id, label: library.users.find((user) => user.id === id)?.name ?? id }))} onChange={(initiator) => change({ ...given, initiator }, true)} />
        {own && <span className="soft small">{t('sim.one.ownPeople')}</span>}
      </div>
      {items.map((each) => {
        const item = given.items[each.id] ?? { item: null, index: 0, local: {} }
        return <Json key={each.id} label={t('sim.one.item', { name: String(each.config.as ?? 'item'), of: text(each.title) || each.name })} value={item.item} change={(found, sound) => change({ ...given, items: { ...given.items, [each.id]: { ...item, item: found } } }, sound)} />
      })}
      {others.map(([name, sentence]) => <p key={name} className="prop-problem error"><span className="mono">{name}</span> {sentence}</p>)}
      {Object.keys(fields).length === 0 ? <p className="soft">{t('sim.one.noFields')}</p> : <FormView id="one" schema={shown.schema} uiSchema={shown.uiSchema} data={shown.data} said={said} onChange={(data) => change({ ...given, data }, true)} />}
    </>
  )
} // prettier-ignore

function AsJson({ given, change }: Props) {
  const { t } = useTranslation()
  const [text, setText] = useState(() => written(given))
  const [fault, setFault] = useState<string | null>(null)
  const type = (next: string) => {
    setText(next)
    const at = faultIn(next)
    const found = at === null ? parsedGiven(JSON.parse(next) as Record<string, unknown>, given) : null
    if (at !== null) setFault(at.line > 0 ? t('sim.one.badAt', at) : t('sim.one.badJson'))
    else if (found !== null && 'bad' in found) setFault(t('sim.one.badKey', { key: found.bad }))
    else setFault(null)
    if (found !== null && 'given' in found) change(found.given, true)
    else change(given, false)
  }
  return (
    <>
      <p className="soft small">{t('sim.one.jsonHint')}</p>
      {fault !== null && <p className="prop-problem error" role="alert" data-testid="one-fault">{fault}</p>}
      <Suspense fallback={null}>
        <SampleJson text={text} editable change={type} label={t('sim.one.given')} />
      </Suspense>
    </>
  )
} // prettier-ignore

export function GivenEditor(props: Props) {
  const { t } = useTranslation()
  const [look, setLook] = useState<'form' | 'json'>('form')
  return (
    <>
      <Segmented<'form' | 'json'> size="small" aria-label={t('sim.one.given')} value={look} onChange={(next) => (setLook(next), props.change(props.given, true))} options={[{ value: 'form', label: t('sim.one.form') }, { value: 'json', label: 'JSON' }]} />
      {look === 'form' ? <AsForm {...props} /> : <AsJson {...props} />}
    </>
  )
} // prettier-ignore
