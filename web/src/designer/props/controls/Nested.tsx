/** Controls of what holds other values: lists, maps, objects with properties, and values of several sorts. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Checkbox, Input, InputNumber, Select, Switch } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Config, Schema, Value } from '../../types'
import { resolved, type ControlProps } from '../control'
import { SchemaForm } from '../SchemaForm'
import { JsonControl, TextControl, useWordOf } from './Plain'
import { ExpressionInput } from './ExpressionControl'

const set = (given: Config, key: string, value: Value): Config => {
  const next = { ...given, [key]: value }
  if (value === undefined) delete next[key]
  return next
}

/** An object with properties; one with any keys is JSON. */
export function MapControl(props: ControlProps) {
  const { t } = useTranslation()
  const { value, change, schema, root, path, node, problems, disabled, id } = props
  if (!schema.properties) return <JsonControl {...props} />
  if (value === undefined)
    return (
      <Switch
        id={id}
        checked={false}
        disabled={disabled}
        aria-label={t('props.use')}
        onChange={() => change(Object.fromEntries(((schema.required as string[] | undefined) ?? []).map((key) => [key, ''])))}
      />
    )
  if (typeof value === 'string')
    return (
      <div className="prop-line">
        <Input id={id} value={value} disabled={disabled} onChange={(event) => change(event.target.value)} />
        <Button onClick={() => change(Object.fromEntries(((schema.required as string[]) ?? []).map((key, index) => [key, index ? '' : value])))}>{t('props.more')}</Button>
      </div>
    )
  return (
    <div className="prop-nested">
      <SchemaForm schema={schema} ui={{}} root={root} value={value ?? {}} path={path} node={node} problems={problems} disabled={disabled} change={(key, next) => change(set(value ?? {}, key, next))} />
      <Button size="small" type="text" icon={<DeleteOutlined />} disabled={disabled} onClick={() => change(undefined)}>
        {t('props.leaveOut')}
      </Button>
    </div>
  )
}

/** What approvers may do where nothing is said. */
const USUAL_VERBS = ['transfer', 'delegate', 'comment', 'urge', 'cc']

/** A list: of fixed words as boxes to tick, of strings as tags, of objects one below the other. */
export function ListControl(props: ControlProps) {
  const { t } = useTranslation()
  const word = useWordOf()
  const { value, change, schema, root, path, node, problems, disabled, id } = props
  const items = resolved((schema.items as Schema | undefined) ?? {}, root)
  const list: Value[] = Array.isArray(value) ? value : value === undefined ? [] : [value]
  const orNothing = (next: Value[]) => change(next.length === 0 ? undefined : next)
  if (items.enum && value === undefined)
    return (
      <div className="prop-line">
        <span className="soft">{t('props.byDefault')}</span>
        <Button size="small" disabled={disabled} onClick={() => change(schema.default ?? USUAL_VERBS.filter((one) => (items.enum as string[]).includes(one)))}>
          {t('props.choose')}
        </Button>
      </div>
    )
  if (items.enum) return <Checkbox.Group className="prop-boxes" disabled={disabled} value={list} options={(items.enum as string[]).map((one) => ({ value: one, label: word(one) }))} onChange={(next) => orNothing((items.enum as string[]).filter((one) => next.includes(one)))} />
  if (items.type === 'string') return <Select id={id} mode="tags" disabled={disabled} value={list} onChange={orNothing} options={((schema.default as string[] | undefined) ?? []).map((one) => ({ value: one, label: word(one) }))} />
  if (items.anyOf && (items.anyOf as Schema[]).some((one) => 'const' in one)) return <ExcludeList {...props} />
  if (!items.properties) return <JsonControl {...props} />
  return (
    <div className="pairs">
      {list.map((one, index) => (
        <div className="prop-nested" key={index}>
          <SchemaForm schema={items} ui={{}} root={root} value={(one as Config) ?? {}} path={`${path}.${index}`} node={node} problems={problems} disabled={disabled} change={(key, next) => change(list.map((old, i) => (i === index ? set(old, key, next) : old)))} />
          <Button size="small" type="text" icon={<DeleteOutlined />} aria-label={t('props.leaveOut')} disabled={disabled} onClick={() => orNothing(list.filter((_, i) => i !== index))} />
        </div>
      ))}
      <Button type="dashed" size="small" icon={<PlusOutlined />} disabled={disabled} onClick={() => change([...list, {}])}>
        {t('props.add')}
      </Button>
    </div>
  )
}

/** Words and `{name: node}` mixed, as in `exclude: [initiator, {same_as: boss}]`. */
function ExcludeList({ value, change, schema, disabled, id }: ControlProps) {
  const word = useWordOf()
  const variants = (schema.items as Schema).anyOf as Schema[]
  const words = variants.filter((one) => 'const' in one).map((one) => String(one.const))
  const key = Object.keys((variants.find((one) => one.properties)?.properties as Config | undefined) ?? { same_as: 1 })[0]!
  const list: Value[] = Array.isArray(value) ? value : value === undefined ? [] : [value]
  const shown = list.map((one) => (typeof one === 'string' ? one : `${key}:${one?.[key]}`))
  const write = (next: string[]) => change(next.length === 0 ? undefined : next.map((one) => (words.includes(one) ? one : { [key]: one.replace(`${key}:`, '') })))
  const options = [...words.map((one) => ({ value: one, label: word(one) })), ...shown.filter((one) => !words.includes(one)).map((one) => ({ value: one, label: one }))]
  return <Select id={id} mode="tags" disabled={disabled} value={shown} options={options} onChange={write} />
}

/** How votes are counted: words, or a number of them, a share, a weight. */
const COUNTS = ['need', 'percent', 'weight', 'after_end']

/** A value of several sorts: one of some words, or an object with one key. */
export function AnyControl(props: ControlProps) {
  const { value, change, schema, name, disabled, id } = props
  const word = useWordOf()
  const variants = schema.anyOf as Schema[]
  const words = variants.flatMap((one) => ((one.enum as string[] | undefined) ?? ('const' in one ? [String(one.const)] : [])))
  const isText = variants.some((one) => one.type === 'string' && !one.enum) && variants.some((one) => one.additionalProperties)
  if (isText) return <TextControl {...props} />
  if (words.length === 0) return <JsonControl {...props} />
  const named = variants.flatMap((one) => Object.keys((one.properties as Config | undefined) ?? {}))
  const keys = named.length ? named : name === 'mode' ? COUNTS.slice(0, 3) : name === 'until' ? ['after_end'] : []
  const chosen = typeof value === 'object' && value !== null ? Object.keys(value)[0] : value
  const part = typeof value === 'object' && value !== null ? value[chosen] : undefined
  const pick = (next: string | undefined) => change(next === undefined || words.includes(next) ? next : { [next]: COUNTS.includes(next) && next !== 'after_end' ? (next === 'percent' ? 60 : 2) : next === 'after_end' ? '31d' : '' })
  return (
    <div className="prop-pair">
      <Select id={id} disabled={disabled} allowClear={value !== undefined && schema.default !== undefined} value={chosen} placeholder={schema.default === undefined ? undefined : word(String(schema.default))} options={[...words, ...keys].map((one) => ({ value: one, label: word(one) }))} onChange={pick} />
      {chosen !== undefined && keys.includes(chosen) && (typeof part === 'number' ? <InputNumber aria-label={word(chosen)} min={1} suffix={chosen === 'percent' ? '%' : undefined} value={part} disabled={disabled} onChange={(next) => change({ [chosen]: next ?? 1 })} /> : <ExpressionInput label={word(chosen)} value={part} disabled={disabled} placeholder="" change={(next) => change({ [chosen]: next ?? '' })} />)}
    </div>
  )
}
