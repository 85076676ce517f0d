/** The decision tables of a process: rules as rows; what no rule or several rules hold for is said below them. */
import { CheckCircleOutlined, DeleteOutlined, PlusOutlined, WarningOutlined } from '@ant-design/icons'
import { Button, Input, Select } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sentenceIn, useLanguage } from '../../i18n'
import { ExpressionInput } from '../props/controls/ExpressionControl'
import { edit, useDesign } from '../store/design'
import type { Config, Field, Problem, TableBody, Value } from '../types'
import { optionsOf, type Option } from '../../forms/options'
import { useNamed } from '../catalogue'
import { cellOf, cellOfTicked, cellText, readBy, ticked } from './cells'
import './tables.css'

const hits = ['unique', 'first', 'any', 'priority', 'rule_order', 'output_order', 'collect'] as const
const nameOf = (output: unknown) => (typeof output === 'object' && output !== null ? String((output as Config).name) : String(output))

/** What the compiler says of a table's rules: its own words, and which rules they are about. */
function useFindings(id: string): { said: Problem[]; rules: ReadonlySet<number> } {
  const problems = useDesign((state) => state.problems)
  return useMemo(() => {
    const said = problems.filter((one) => one.path[0] === 'tables' && one.path[1] === id)
    const rules = said.filter((one) => one.path[2] === 'rules').map((one) => Number(one.path[3]))
    return { said, rules: new Set(rules) }
  }, [problems, id])
}

function Findings({ said }: { said: readonly Problem[] }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  // With an error anywhere the compiler has not come to the rules.
  const judged = useDesign((state) => state.checked && state.saving === 'saved' && !state.problems.some((one) => one.severity === 'error'))
  const fine = judged && !said.some((one) => one.code.startsWith('table_'))
  return (
    <>
    <ul className="table-findings" aria-live="polite">
      {said.slice(0, 6).map((one, index) => <li key={index} data-code={one.code}><WarningOutlined /> {sentenceIn(one, language)}</li>)}
    </ul>
    {fine && <p className="table-fine"><CheckCircleOutlined /> {t('tables.fine')}</p>}
    </>
  )
} // prettier-ignore

/** A cell is a value only once it is left: `1.` is on the way to `1.5`. */
function Cell({ value, change, label, placeholder, disabled }: { value: unknown; change: (typed: string) => void; label: string; placeholder?: string; disabled: boolean }) {
  const [typed, setTyped] = useState<string | null>(null)
  const leave = () => {
    if (typed !== null && typed !== cellText(value)) change(typed)
    setTyped(null)
  }
  return <Input variant="borderless" aria-label={label} placeholder={placeholder} value={typed ?? cellText(value)} disabled={disabled} onChange={(event) => setTyped(event.target.value)} onBlur={leave} onPressEnter={leave} />
} // prettier-ignore

/** What the values of each input are called, where there is a list of them. */
function useChoices(table: TableBody): (Option[] | undefined)[] {
  const { text } = useLanguage()
  const named = useNamed()
  return (table.inputs ?? []).map((input) => {
    const field = named.find((one) => one.name === readBy(input.value))?.schema
    const own = input.schema as Field | undefined
    return own?.enum || field?.enum ? optionsOf({ ...field, ...own }, text) : undefined
  })
}

/** A cell of an input with a list of values: some of them, by their words; none are all. */
function Ticks({ options, values, change, label, disabled }: { options: Option[]; values: Value[]; change: (cell: Value) => void; label: string; disabled: boolean }) {
  const { t } = useTranslation()
  return <Select mode="multiple" variant="borderless" className="decision-ticks" aria-label={label} placeholder={t('tables.any')} disabled={disabled} value={values} options={options.map((one) => ({ value: one.value as Value, label: one.title }))} onChange={(next: Value[]) => change(cellOfTicked(next))} showSearch={{ optionFilterProp: 'label' }} />
} // prettier-ignore

function One({ id, table, may }: { id: string; table: TableBody; may: boolean }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const inputs = table.inputs ?? []
  const outputs = table.outputs ?? []
  const rules = table.rules ?? []
  const set = (key: string, value: unknown, what = key) => edit([{ op: 'set', path: ['tables', id, key], value }], t('design.did.table'), `table.${id}.${what}`)
  const choices = useChoices(table)
  const cell = (index: number, side: 'when' | 'then', name: string, value: Value) => {
    const part = { ...(rules[index]?.[side] ?? {}) }
    if (value === undefined) delete part[name]
    else part[name] = value
    set('rules', rules.map((rule, i) => (i === index ? { ...rule, [side]: part } : rule)), `${index}.${side}.${name}`)
  }
  const { said, rules: bad } = useFindings(id)
  return (
    <section className="panel panel-body settings-part decision" aria-label={text(table.title) || id}>
      <header>
        <h3>{text(table.title) || id} <span className="soft mono small">{id}</span></h3>
        <Select aria-label={t('tables.hit')} value={table.hit ?? 'unique'} disabled={!may} options={hits.map((one) => ({ value: one, label: t(`tables.policy.${one}`) }))} onChange={(hit) => set('hit', hit)} style={{ width: 260 }} />
        <Button type="text" danger icon={<DeleteOutlined />} disabled={!may} aria-label={t('tables.removeTable')} onClick={() => edit([{ op: 'remove', path: ['tables', id] }], t('design.did.table'))} />
      </header>
      <div className="decision-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">#</th>
              {inputs.map((input, index) => (
                <th scope="col" key={index} className="in">
                  <Input size="small" aria-label={t('tables.input')} value={String(input.name ?? '')} disabled={!may} onChange={(event) => set('inputs', inputs.map((one, i) => (i === index ? { ...one, name: event.target.value } : one)), `in.${index}`)} />
                  <ExpressionInput label={t('tables.value')} how="expression" value={input.value} disabled={!may} change={(value) => set('inputs', inputs.map((one, i) => (i === index ? { ...one, value: value ?? '' } : one)), `inv.${index}`)} />
                </th>
              ))}
              {outputs.map((output, index) => <th scope="col" key={index} className="out"><Input size="small" aria-label={t('tables.output')} value={nameOf(output)} disabled={!may || typeof output !== 'string'} onChange={(event) => set('outputs', outputs.map((one, i) => (i === index ? event.target.value : one)), `out.${index}`)} /></th>)}
              <th><span className="visually-hidden">{t('app.more')}</span></th>
            </tr>
          </thead>
          <tbody>
            {rules.map((rule, index) => (
              <tr key={index} className={bad.has(index) ? 'overlap' : ''}>
                <td>{index + 1}</td>
                {inputs.map((input, i) => {
                  const name = input.name as string
                  const value = (rule.when ?? {})[name] as Value
                  const values = choices[i] && ticked(value, choices[i].map((one) => one.value))
                  return (
                    <td key={i} className="in">
                      {values ? <Ticks label={`${index + 1} ${name}`} options={choices[i]!} values={values} disabled={!may} change={(next) => cell(index, 'when', name, next)} /> : <Cell label={`${index + 1} ${name}`} placeholder={t('tables.any')} value={value} disabled={!may} change={(typed) => cell(index, 'when', name, cellOf(typed))} />}
                    </td>
                  )
                })}
                {outputs.map((output, i) => <td key={i} className="out"><Cell label={`${index + 1} ${nameOf(output)}`} value={(rule.then ?? {})[nameOf(output)]} disabled={!may} change={(typed) => cell(index, 'then', nameOf(output), cellOf(typed))} /></td>)}
                <td><Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t('tables.removeRule')} disabled={!may} onClick={() => set('rules', rules.filter((_, i) => i !== index))} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="decision-add">
        <Button size="small" type="dashed" icon={<PlusOutlined />} disabled={!may} onClick={() => set('rules', [...rules, { when: {}, then: {} }])}>{t('tables.addRule')}</Button>
        <Button size="small" type="text" disabled={!may} onClick={() => set('inputs', [...inputs, { name: `input_${inputs.length + 1}`, value: '${ data. }' }])}>{t('tables.addInput')}</Button>
        <Button size="small" type="text" disabled={!may} onClick={() => set('outputs', [...outputs, `output_${outputs.length + 1}`])}>{t('tables.addOutput')}</Button>
      </div>
      <Findings said={said} />
    </section>
  )
} // prettier-ignore

export function Tables({ may }: { may: boolean }) {
  const { t } = useTranslation()
  const tables = useDesign((state) => state.model?.tables)
  const all = tables ?? {}
  const fresh = () => {
    for (let number = 1; ; number += 1) if (!(`table_${number}` in all)) return `table_${number}`
  }
  const begin = { title: { zh: t('tables.new') }, inputs: [], outputs: ['outcome'], hit: 'first', rules: [] }
  return (
    <>
      {Object.entries(all).map(([id, table]) => <One key={id} id={id} table={table} may={may} />)}
      <p><Button type="dashed" icon={<PlusOutlined />} disabled={!may} onClick={() => edit([{ op: 'set', path: ['tables', fresh()], value: begin }], t('design.did.table'))}>{t('tables.add')}</Button></p>
    </>
  )
} // prettier-ignore
