/** One open task of a simulation: who has it and why, and its answers, given as anybody. */
import { UserOutlined } from '@ant-design/icons'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formsOf, useLibrary } from '../designer/catalogue'
import { FormPreview } from '../designer/forming/Preview'
import { useMeant } from '../designer/overlays/useMeant'
import { useDesign } from '../designer/store/design'
import type { Config } from '../designer/types'
import { named, outcomeWords } from '../designer/words'
import { useLanguage } from '../i18n'
import type { PlayedTask, Step } from './played'

/** `known`: the data of the case, which the form shows until it is filled in otherwise. */
export function TaskPanel({ task, act, busy, known = {} }: { task: PlayedTask; act: (step: Step) => void; busy: boolean; known?: Config }) {
  const { t } = useTranslation()
  const { text, language, list } = useLanguage()
  const library = useLibrary()
  const model = useMeant()
  const names = useDesign((state) => state.names)
  const [as, setAs] = useState(task.who[0] ?? '')
  const [data, setData] = useState<Config>({})
  const node = model?.nodes.find((one) => one.id === task.node)
  const use = task.form?.use
  const form = use ? formsOf(model, library)[use] : undefined
  const rights = (node?.config.form?.fields ?? {}) as Record<string, string>
  const fields = Object.fromEntries(Object.entries(form?.fields ?? {}).filter(([key]) => (rights[key] ?? 'edit') === 'edit'))
  const there = { ...Object.fromEntries(Object.entries(known).filter(([key]) => key in fields)), ...data }
  const filled = Object.keys(data).length ? { form: data } : {}
  const approval = task.verbs.includes('approve')
  const answer = (outcome: string) => {
    if (approval && outcome === 'approved') act({ approve: { task: task.task, as, ...filled } })
    else if (approval && outcome === 'rejected') act({ reject: { task: task.task, as, ...filled } })
    else act({ complete: { task: task.task, as, outcome, ...filled } })
  }
  const outcomes = task.outcomes.map((one) => (typeof one === 'string' ? one : one.id))
  const words = (outcome: string) => {
    const given = task.outcomes.find((one) => typeof one === 'object' && one.id === outcome)
    return (typeof given === 'object' && text(given.title)) || outcomeWords(node, outcome, language)
  }
  const people = [...new Set([...task.who, ...library.users.map((user) => user.id)])]
  return (
    <div className="sim-task" data-testid={`sim-task-${task.node}`}>
      <strong>{text(task.title) || text(node?.title) || task.node}</strong>
      <ul className="sim-why">
        {task.why.map((why, index) => (
          <li key={index}>
            <UserOutlined /> {list(why.people.map((id) => library.users.find((user) => user.id === id)?.name ?? id)) || t('design.nobody')} <span className="soft">{named(text(why), names)}</span>
          </li>
        ))}
      </ul>
      <Select size="small" aria-label={t('sim.as')} prefix={t('sim.as')} showSearch={{ optionFilterProp: 'label' }} value={as || undefined} onChange={setAs} options={people.map((id) => ({ value: id, label: library.users.find((user) => user.id === id)?.name ?? id }))} />
      {form && Object.keys(fields).length > 0 && <FormPreview id={`sim-${task.task}`} form={{ ...form, fields }} data={there} change={setData} />}
      <div className="sim-answers">
        {outcomes.map((outcome, index) => (
          <Button key={outcome} size="small" type={index === 0 ? 'primary' : 'default'} danger={outcome === 'rejected'} disabled={busy || !as} onClick={() => answer(outcome)} data-testid={`sim-${outcome}`}>
            {words(outcome)}
          </Button>
        ))}
      </div>
    </div>
  )
}
