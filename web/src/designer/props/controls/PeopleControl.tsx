/** Who is asked: a list of rules, each of every sort that the language knows (members, roles, managers, fields …). */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input, InputNumber, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNamed } from '../../catalogue'
import type { Config, Value } from '../../types'
import type { ControlProps } from '../control'
import { ExpressionInput } from './ExpressionControl'
import { useNodes, useOffered } from './Picks'

const sorts = ['manager_of', 'managers', 'user', 'role', 'group', 'initiator', 'assignees', 'pick_by', 'field', 'same_as', 'skill', 'near', 'expr'] as const
type Sort = (typeof sorts)[number]
const SHORT = /^(user|role|group):\s*(.+)$/

/** A rule as it is written -> what sort it is and its parts. */
export function sortOf(rule: Value): Sort {
  if (typeof rule === 'string') {
    if (rule === 'initiator' || rule === 'assignees') return rule
    return (SHORT.exec(rule)?.[1] as Sort | undefined) ?? 'expr'
  }
  const given = rule as Config
  if ('manager_of' in given) return 'levels' in given || 'up_to' in given ? 'managers' : 'manager_of'
  return sorts.find((sort) => sort in given) ?? 'expr'
}

const partOf = (rule: Value, sort: string) => (typeof rule === 'string' ? (SHORT.exec(rule)?.[2] ?? rule) : (rule as Config)[sort])

function fresh(sort: Sort, field: string): Value {
  const made: Partial<Record<Sort, Value>> = {
    manager_of: { manager_of: 'initiator' },
    managers: { manager_of: 'initiator', levels: 2 },
    initiator: 'initiator',
    assignees: 'assignees',
    pick_by: { pick_by: 'initiator' },
    field: { field },
    expr: '${ case.initiator }',
  }
  return made[sort] ?? { [sort]: '' }
}

function Parts({ rule, sort, change, node }: { rule: Value; sort: Sort; change: (rule: Value) => void; node: string | null }) {
  const { t } = useTranslation()
  const offered = useOffered(sort)
  const nodes = useNodes(node)
  const named = useNamed().filter((one) => one.name.startsWith('data.'))
  const part = partOf(rule, sort)
  const set = (key: string, value: Value) => {
    const next: Config = { ...(rule as Config), [key]: value }
    if (value === undefined || value === null || value === '') delete next[key]
    change(next)
  }
  const write = (value: Value) => (typeof rule === 'string' && sort !== 'expr' ? change(`${sort}:${value}`) : set(sort, value))
  const search = { optionFilterProp: 'label' }
  if (sort === 'user' || sort === 'role' || sort === 'group') {
    const options = !part || offered.some((one) => one.value === part) ? offered : [...offered, { value: String(part), label: String(part) }]
    return <Select aria-label={t(`props.who.${sort}`)} showSearch={search} value={part || undefined} placeholder={t('props.choose')} options={options} onChange={write} />
  }
  if (sort === 'manager_of' || sort === 'managers') {
    const of = ['initiator', 'actor'].includes(String(part ?? (rule as Config).manager_of)) ? String((rule as Config).manager_of) : 'expr'
    const topped = (rule as Config).up_to !== undefined
    return (
      <>
        <Select aria-label={t('props.who.of')} value={of} options={['initiator', 'actor', 'expr'].map((one) => ({ value: one, label: t(`props.managerOf.${one}`) }))} onChange={(next) => set('manager_of', next === 'expr' ? '${ case.initiator }' : next)} />
        {of === 'expr' && <ExpressionInput value={(rule as Config).manager_of} change={(value) => set('manager_of', value)} />}
        {sort === 'managers' && (
          <div className="prop-pair">
            <Select aria-label={t('props.who.how')} value={topped ? 'up_to' : 'levels'} options={['levels', 'up_to'].map((one) => ({ value: one, label: t(`props.managers.${one}`) }))} onChange={(next) => change(next === 'levels' ? { manager_of: (rule as Config).manager_of, levels: 2 } : { manager_of: (rule as Config).manager_of, up_to: t('props.managers.title') })} />
            {topped ? (
              <Input aria-label={t('props.managers.up_to')} value={(rule as Config).up_to} onChange={(event) => set('up_to', event.target.value)} />
            ) : (
              <InputNumber aria-label={t('props.managers.levels')} min={1} max={20} suffix={t('props.managers.level')} value={(rule as Config).levels} onChange={(next) => set('levels', next ?? 1)} />
            )}
          </div>
        )}
      </>
    )
  }
  if (sort === 'pick_by') return <Select aria-label={t('props.who.pick_by')} value={part} options={['initiator', 'previous'].map((one) => ({ value: one, label: t(`props.pickBy.${one}`) }))} onChange={write} />
  if (sort === 'field') return <Select aria-label={t('props.who.field')} showSearch={search} value={part || undefined} placeholder={t('props.choose')} options={named.map((one) => ({ value: one.name.slice(5), label: one.title }))} onChange={write} />
  if (sort === 'same_as') return <Select aria-label={t('props.who.same_as')} showSearch={search} value={part || undefined} placeholder={t('props.chooseNode')} options={nodes} onChange={write} />
  if (sort === 'near')
    return (
      <>
        <ExpressionInput value={part} change={(value) => set('near', value)} />
        <Input aria-label={t('props.within')} prefix={t('props.within')} placeholder="3km" value={(rule as Config).within ?? ''} onChange={(event) => set('within', event.target.value)} />
      </>
    )
  if (sort === 'skill') return <ExpressionInput value={part} change={(value) => set('skill', value)} />
  if (sort === 'expr') return <ExpressionInput value={typeof rule === 'string' ? rule : part} change={(value) => (typeof rule === 'string' ? change(value ?? '') : set('expr', value))} />
  return null
}

/** `weighted`: votes are counted by weight, so each rule has one. */
export function PeopleInput({ id, value, change, node, weighted = false, assignees = false, disabled }: { id?: string; value: Value; change: (value: Value) => void; node: string | null; weighted?: boolean; assignees?: boolean; disabled?: boolean }) {
  const { t } = useTranslation()
  const first = useNamed().find((one) => one.schema.widget === 'member')?.name.slice(5) ?? ''
  const rules: Value[] = Array.isArray(value) ? value : value === undefined || value === '' ? [] : [value]
  const put = (index: number, rule: Value) => change(rules.map((one, i) => (i === index ? rule : one)))
  const offered = sorts.filter((sort) => sort !== 'assignees' || assignees)
  return (
    <div className="people" id={id}>
      {rules.map((rule, index) => {
        const sort = sortOf(rule)
        return (
          <div className="people-rule" key={index}>
            <div className="prop-line">
              <Select aria-label={t('props.who.sort')} disabled={disabled} value={sort} options={offered.map((one) => ({ value: one, label: t(`props.who.${one}`) }))} onChange={(next) => put(index, fresh(next, first))} data-testid={`who-${index}`} />
              <Button type="text" icon={<DeleteOutlined />} disabled={disabled} aria-label={t('props.who.remove')} onClick={() => change(rules.filter((_, i) => i !== index))} />
            </div>
            <Parts rule={rule} sort={sort} node={node} change={(next) => put(index, next)} />
            {weighted && typeof rule === 'object' && (
              <InputNumber aria-label={t('props.who.weight')} prefix={t('props.who.weight')} min={1} value={(rule as Config).weight ?? 1} onChange={(next) => put(index, { ...(rule as Config), weight: next ?? 1 })} />
            )}
          </div>
        )
      })}
      <Button type="dashed" icon={<PlusOutlined />} disabled={disabled} block onClick={() => change([...rules, fresh('role', first)])}>
        {t('props.who.add')}
      </Button>
    </div>
  )
}

export function PeopleControl({ id, value, change, node, name, disabled, root }: ControlProps) {
  const weighted = name === 'approvers' && root.properties?.mode !== undefined
  return <PeopleInput id={id} value={value} change={change} node={node} weighted={weighted && JSON.stringify(value ?? '').includes('weight')} assignees={name === 'to'} disabled={disabled} />
}
