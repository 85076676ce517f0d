/** Names with values: data that is written (`save`), and arguments of actions, calls and notices (`with`). */
import { DeleteOutlined, FunctionOutlined, PlusOutlined } from '@ant-design/icons'
import { AutoComplete, Button, Select, Tooltip } from 'antd'
import { useTranslation } from 'react-i18next'
import { actionOf, useCatalogue, useNamed } from '../../catalogue'
import { useDesign } from '../../store/design'
import type { Config, Schema, Value } from '../../types'
import { resolved, type ControlProps } from '../control'
import { ordered } from '../SchemaForm'
import { ExpressionInput } from './ExpressionControl'
import { controlFor } from '.'
import { useLanguage } from '../../../i18n'

const renamed = (given: Config, old: string, next: string): Config => Object.fromEntries(Object.entries(given).map(([key, value]) => [key === old ? next : key, value]))
const without = (given: Config, gone: string): Config => Object.fromEntries(Object.entries(given).filter(([key]) => key !== gone))
const orNothing = (given: Config) => (Object.keys(given).length === 0 ? undefined : given)

/** Data field <- expression. */
export function SaveControl({ id, value, change, node, disabled }: ControlProps) {
  const { t } = useTranslation()
  const catalogue = useCatalogue()
  const own = useDesign((state) => state.model?.nodes.find((one) => one.id === node))
  const fields = useNamed().filter((one) => one.name.startsWith('data.')).map((one) => ({ value: one.name.slice(5), label: `${one.title} ${one.name.slice(5)}` }))
  const given: Config = typeof value === 'object' && value !== null ? value : {}
  const results = Object.keys((own && actionOf(catalogue, own)?.result.properties) ?? {})
  const free = fields.find((one) => !(one.value in given))?.value ?? `field_${Object.keys(given).length + 1}`
  return (
    <div className="pairs" id={id}>
      {Object.entries(given).map(([key, expression], index) => (
        <div className="pair" key={index}>
          <div className="prop-line">
            <AutoComplete aria-label={t('props.save.field')} disabled={disabled} value={key} options={fields} onChange={(next) => next && !(next in given) && change(renamed(given, key, next))} />
            <Button type="text" icon={<DeleteOutlined />} aria-label={t('props.save.remove')} disabled={disabled} onClick={() => change(orNothing(without(given, key)))} />
          </div>
          <ExpressionInput label={t('props.save.value')} disabled={disabled} value={expression} change={(next) => change({ ...given, [key]: next ?? '' })} placeholder={results[0] ? `\${ result.${results[0]} }` : undefined} />
        </div>
      ))}
      <Button type="dashed" size="small" icon={<PlusOutlined />} disabled={disabled} onClick={() => change({ ...given, [free]: results[0] ? `\${ result.${results[0]} }` : '' })}>
        {t('props.save.add')}
      </Button>
      {results.length > 0 && (
        <p className="soft small">
          {t('props.save.results')} <span className="mono">{results.join(', ')}</span>
        </p>
      )}
    </div>
  )
}

/** One argument: a value of its sort, or an expression. */
function Argument({ name, schema, root, value, change, node, wanted, disabled }: { name: string; schema: Schema; root: Schema; value: Value; change: (value: Value) => void; node: string | null; wanted: boolean; disabled?: boolean }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const found = resolved(schema, root)
  const written = typeof value === 'string' && value.includes('${')
  const easy = found.enum || ['boolean', 'integer', 'number', 'string'].includes(found.type as string)
  const asExpression = written || (!easy && (value === undefined || typeof value === 'string'))
  const Control = controlFor(undefined, found, name)
  const id = `arg-${name}`
  return (
    <div className="pair">
      <label className="prop-name small" htmlFor={id}>
        {text(found['x-i18n']?.title) || name}
        {wanted && <span className="prop-star">*</span>}
      </label>
      <div className="prop-line">
        {asExpression ? (
          <ExpressionInput id={id} value={value} change={change} disabled={disabled} />
        ) : (
          <Control id={id} name={name} value={value} change={change} schema={found} ui={{}} root={root} path={`with.${name}`} node={node} problems={[]} disabled={disabled} />
        )}
        {easy && (
          <Tooltip title={asExpression ? t('props.asValue') : t('props.asExpression')}>
            <Button type={asExpression ? 'primary' : 'default'} ghost={asExpression} icon={<FunctionOutlined />} disabled={disabled} aria-pressed={asExpression} aria-label={t('props.asExpression')} onClick={() => change(asExpression ? undefined : '${ data. }')} />
          </Tooltip>
        )}
      </div>
    </div>
  )
}

export function ArgumentsControl(props: ControlProps) {
  const { value, change, node, disabled } = props
  const catalogue = useCatalogue()
  const own = useDesign((state) => state.model?.nodes.find((one) => one.id === node))
  const action = own && actionOf(catalogue, own)
  const given: Config = typeof value === 'object' && value !== null ? value : {}
  if (action === undefined) return <FreeArguments {...props} />
  const properties = (action.schema.properties ?? {}) as Record<string, Schema>
  const required = (action.schema.required as string[] | undefined) ?? []
  const set = (name: string, next: Value) => change(orNothing(next === undefined ? without(given, name) : { ...given, [name]: next }))
  return (
    <div className="pairs">
      {ordered(action.schema, action.ui).map((name) => (
        <Argument key={name} name={name} schema={properties[name]!} root={action.schema} value={given[name]} change={(next) => set(name, next)} node={node} wanted={required.includes(name)} disabled={disabled} />
      ))}
    </div>
  )
}

/** Arguments whose names are the author's own: of notices, calls and tables. */
function FreeArguments({ value, change, disabled }: ControlProps) {
  const { t } = useTranslation()
  const named = useNamed().filter((one) => one.name.startsWith('data.'))
  const given: Config = typeof value === 'object' && value !== null ? value : {}
  const free = named.filter((one) => !(one.name.slice(5) in given))
  return (
    <div className="pairs">
      {Object.entries(given).map(([key, one], index) => (
        <div className="pair" key={index}>
          <div className="prop-line">
            <AutoComplete aria-label={t('props.save.name')} value={key} disabled={disabled} options={named.map((field) => ({ value: field.name.slice(5) }))} onChange={(next) => next && !(next in given) && change(renamed(given, key, next))} />
            <Button type="text" icon={<DeleteOutlined />} aria-label={t('props.save.remove')} disabled={disabled} onClick={() => change(orNothing(without(given, key)))} />
          </div>
          <ExpressionInput label={t('props.save.value')} value={one} disabled={disabled} change={(next) => change({ ...given, [key]: next ?? '' })} />
        </div>
      ))}
      <Select
        size="small"
        value={null}
        disabled={disabled}
        aria-label={t('props.save.addArgument')}
        placeholder={t('props.save.addArgument')}
        options={[...free.map((field) => ({ value: field.name.slice(5), label: field.title })), { value: `arg_${Object.keys(given).length + 1}`, label: t('props.save.other') }]}
        onChange={(name: string | null) => name && change({ ...given, [name]: free.some((field) => field.name === `data.${name}`) ? `\${ data.${name} }` : '' })}
      />
    </div>
  )
}
