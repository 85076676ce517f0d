/** Conditions without code: rows in groups; experts may write the expression instead. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, DatePicker, Input, InputNumber, Segmented, Select } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { optionsOf } from '../../../forms/options'
import { useLanguage } from '../../../i18n'
import { useLibrary, useNamed } from '../../catalogue'
import type { Field, Value } from '../../types'
import { comparisonsOf, isNumber, parsed, printed, wrapped, type Comparison, type Group, type Named, type Row } from '../conditions'
import type { ControlProps } from '../control'
import { LiveResult } from '../live/LiveResult'
import { ExpressionInput } from './ExpressionControl'

function ValueInput({ row, named, change }: { row: Row; named: Named | undefined; change: (value: Value) => void }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const { users } = useLibrary()
  const schema = named?.schema ?? {}
  const label = t('props.condition.value')
  const many = row.how === 'in' || row.how === 'not_in'
  if (row.how === 'given' || row.how === 'missing') return null
  if (schema.type === 'boolean')
    return <Select aria-label={label} value={row.value} onChange={change} options={[{ value: true, label: t('props.yes') }, { value: false, label: t('props.no') }]} />
  const people = schema.widget === 'member' || schema.widget === 'members'
  if (schema.enum || people) {
    const options = people ? users.map((user) => ({ value: user.id, label: user.name })) : (optionsOf(schema, text) ?? []).map((one) => ({ value: one.value as Value, label: one.title }))
    return <Select aria-label={label} showSearch={{ optionFilterProp: 'label' }} mode={many ? 'multiple' : undefined} value={row.value === '' ? undefined : row.value} onChange={change} options={options} />
  }
  if (many) return <Select aria-label={label} mode="tags" value={Array.isArray(row.value) ? row.value : []} onChange={(list: Value[]) => change(isNumber(schema) ? list.map(Number) : list)} />
  if (schema.format === 'money')
    return <InputNumber aria-label={label} suffix={t('props.yuan')} precision={2} value={typeof row.value === 'number' ? row.value / 100 : null} onChange={(next) => change(Math.round((next ?? 0) * 100))} />
  if (isNumber(schema)) return <InputNumber aria-label={label} value={typeof row.value === 'number' ? row.value : null} onChange={(next) => change(next ?? 0)} />
  if (schema.format === 'date') return <DatePicker aria-label={label} value={row.value ? dayjs(row.value) : null} onChange={(day) => change(day ? day.format('YYYY-MM-DD') : '')} />
  return <Input aria-label={label} value={row.value ?? ''} onChange={(event) => change(event.target.value)} />
}

function firstValue(schema: Field | undefined, how: Comparison): Value {
  if (how === 'in' || how === 'not_in') return []
  if (schema?.type === 'boolean') return true
  if (isNumber(schema)) return 0
  return (schema?.enum as Value[] | undefined)?.[0] ?? ''
}

function RowEditor({ row, named, change, remove }: { row: Row; named: readonly Named[]; change: (row: Row) => void; remove: () => void }) {
  const { t } = useTranslation()
  const field = named.find((one) => one.name === row.field)
  const signs = comparisonsOf(field?.schema)
  const pickField = (name: string) => {
    const schema = named.find((one) => one.name === name)?.schema
    const how = comparisonsOf(schema)[0]!
    change({ sort: 'row', field: name, how, value: firstValue(schema, how) })
  }
  const pickHow = (how: Comparison) => {
    const listed = how === 'in' || how === 'not_in'
    change({ ...row, how, value: listed === Array.isArray(row.value) ? row.value : firstValue(field?.schema, how) })
  }
  return (
    <div className="condition-row" data-testid="condition-row">
      <Select className="condition-field" aria-label={t('props.condition.field')} showSearch={{ optionFilterProp: 'label' }} value={row.field || undefined} placeholder={t('props.condition.field')} onChange={pickField} options={named.map((one) => ({ value: one.name, label: one.title }))} />
      <Select className="condition-how" aria-label={t('props.condition.how')} value={row.how} onChange={pickHow} options={(signs.includes(row.how) ? signs : [...signs, row.how]).map((how) => ({ value: how, label: t(`props.condition.sign.${how}`) }))} />
      <div className="condition-value">
        <ValueInput row={row} named={field} change={(value) => change({ ...row, value })} />
      </div>
      <Button type="text" icon={<DeleteOutlined />} aria-label={t('props.condition.remove')} onClick={remove} />
    </div>
  )
}

function GroupEditor({ group, named, change, remove, depth = 0 }: { group: Group; named: readonly Named[]; change: (group: Group) => void; remove?: () => void; depth?: number }) {
  const { t } = useTranslation()
  const put = (index: number, item: Row | Group | null) =>
    change({ ...group, items: item === null ? group.items.filter((_, i) => i !== index) : group.items.map((one, i) => (i === index ? item : one)) })
  const fresh = (): Row => {
    const first = named[0]
    const how = comparisonsOf(first?.schema)[0]!
    return { sort: 'row', field: first?.name ?? '', how, value: firstValue(first?.schema, how) }
  }
  return (
    <div className={depth ? 'condition-group inner' : 'condition-group'}>
      {group.items.length > 1 && (
        <Segmented<'all' | 'any'> size="small" value={group.join} onChange={(join) => change({ ...group, join })} options={[{ value: 'all', label: t('props.condition.all') }, { value: 'any', label: t('props.condition.any') }]} />
      )}
      {group.items.map((item, index) =>
        item.sort === 'row' ? (
          <RowEditor key={index} row={item} named={named} change={(row) => put(index, row)} remove={() => put(index, null)} />
        ) : (
          <GroupEditor key={index} group={item} named={named} depth={depth + 1} change={(inner) => put(index, inner.items.length ? inner : null)} remove={() => put(index, null)} />
        ),
      )}
      <div className="condition-add">
        <Button size="small" type="dashed" icon={<PlusOutlined />} onClick={() => change({ ...group, items: [...group.items, fresh()] })} data-testid="condition-add">
          {t('props.condition.addRow')}
        </Button>
        {depth < 2 && group.items.length > 0 && (
          <Button size="small" type="text" onClick={() => change({ ...group, items: [...group.items, { sort: 'group', join: group.join === 'all' ? 'any' : 'all', items: [fresh(), fresh()] }] })}>
            {t('props.condition.addGroup')}
          </Button>
        )}
        {remove && <Button size="small" type="text" icon={<DeleteOutlined />} aria-label={t('props.condition.removeGroup')} onClick={remove} />}
      </div>
    </div>
  )
}

type Props = { id?: string; value: Value; change: (value: Value) => void; form?: string; disabled?: boolean }

/** `form`: the condition stands inside this form and names its fields. */
export function ConditionInput({ id, value, change, form, disabled }: Props) {
  const { t } = useTranslation()
  const named = useNamed(form)
  const placeholder = /^\s*\$\{\s*true\s*\}\s*$/.test(String(value ?? ''))
  const rows = placeholder ? parsed('') : parsed(value)
  const [expert, setExpert] = useState(rows === null)
  const write = (group: Group) => change(group.items.length === 0 ? undefined : wrapped(printed(group)))
  return (
    <fieldset className="condition" id={id} disabled={disabled}>
      {expert || rows === null ? (
        <ExpressionInput value={value} change={change} form={form} how="condition" disabled={disabled} label={t('props.condition.expression')} />
      ) : (
        <>
          <GroupEditor group={rows} named={named} change={write} />
          {rows.items.length > 0 && <LiveResult value={value} how="condition" form={form} />}
        </>
      )}
      <Button size="small" type="link" className="condition-mode" disabled={rows === null} onClick={() => setExpert(!expert)}>
        {rows === null ? t('props.condition.tooHard') : expert ? t('props.condition.simple') : t('props.condition.expert')}
      </Button>
    </fieldset>
  )
}

export function ConditionControl({ id, value, change, disabled }: ControlProps) {
  return <ConditionInput id={id} value={value} change={change} disabled={disabled} />
}
