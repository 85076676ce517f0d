/** The decision tables of a process: rules as rows, what none or several of them hold for said at once. */
import { CheckCircleOutlined, DeleteOutlined, PlusOutlined, WarningOutlined } from '@ant-design/icons'
import { Button, Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../i18n'
import { ExpressionInput } from '../props/controls/ExpressionControl'
import { edit, useDesign } from '../store/design'
import type { Config, TableBody } from '../types'
import { cellOf, cellText, findings } from './gaps'
import './tables.css'

const hits = ['unique', 'first', 'any', 'priority', 'rule_order', 'output_order', 'collect'] as const
const nameOf = (output: unknown) => (typeof output === 'object' && output !== null ? String((output as Config).name) : String(output))

function Findings({ table }: { table: TableBody }) {
  const { t } = useTranslation()
  const found = findings(table)
  if (found.length === 0) return <p className="table-fine"><CheckCircleOutlined /> {t('tables.fine')}</p>
  return (
    <ul className="table-findings">
      {found.slice(0, 6).map((one, index) => {
        const at = Object.entries(one.at).map(([name, value]) => `${name} = ${String(value)}`).join('，')
        return <li key={index}><WarningOutlined /> {one.sort === 'gap' ? t('tables.gap', { at }) : t('tables.overlap', { rules: one.rules.map((rule) => rule + 1).join('、'), at })}</li>
      })}
    </ul>
  )
} // prettier-ignore

function One({ id, table, may }: { id: string; table: TableBody; may: boolean }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const inputs = table.inputs ?? []
  const outputs = table.outputs ?? []
  const rules = table.rules ?? []
  const set = (key: string, value: unknown, what = key) => edit([{ op: 'set', path: ['tables', id, key], value }], t('design.did.table'), `table.${id}.${what}`)
  const cell = (index: number, side: 'when' | 'then', name: string, typed: string) => {
    const value = cellOf(typed)
    const part = { ...(rules[index]?.[side] ?? {}) }
    if (value === undefined) delete part[name]
    else part[name] = value
    set('rules', rules.map((rule, i) => (i === index ? { ...rule, [side]: part } : rule)), `${index}.${side}.${name}`)
  }
  const bad = new Set(findings(table).flatMap((one) => one.rules))
  return (
    <section className="panel panel-body settings-part decision" aria-label={text(table.title) || id}>
      <header>
        <h3>{text(table.title) || id} <span className="soft mono small">{id}</span></h3>
        <Select aria-label={t('tables.hit')} value={table.hit ?? 'unique'} disabled={!may} options={hits.map((one) => ({ value: one, label: t(`tables.policy.${one}`) }))} onChange={(hit) => set('hit', hit)} style={{ width: 190 }} />
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
                  <ExpressionInput label={t('tables.value')} value={input.value} disabled={!may} change={(value) => set('inputs', inputs.map((one, i) => (i === index ? { ...one, value: value ?? '' } : one)), `inv.${index}`)} />
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
                {inputs.map((input, i) => <td key={i} className="in"><Input variant="borderless" aria-label={`${index + 1} ${input.name}`} placeholder={t('tables.any')} value={cellText((rule.when ?? {})[input.name as string])} disabled={!may} onChange={(event) => cell(index, 'when', input.name as string, event.target.value)} /></td>)}
                {outputs.map((output, i) => <td key={i} className="out"><Input variant="borderless" aria-label={`${index + 1} ${nameOf(output)}`} value={cellText((rule.then ?? {})[nameOf(output)])} disabled={!may} onChange={(event) => cell(index, 'then', nameOf(output), event.target.value)} /></td>)}
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
      <Findings table={table} />
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
