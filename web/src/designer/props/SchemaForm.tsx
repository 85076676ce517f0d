/** A property form drawn from a JSON Schema and its hints: a new kind of node or action needs nothing here. */
import { QuestionCircleOutlined } from '@ant-design/icons'
import { Tooltip } from 'antd'
import { useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { sentenceIn, useLanguage } from '../../i18n'
import { useDesign } from '../store/design'
import type { Config, Problem, Schema, Ui, Value } from '../types'
import { controlFor } from './controls'
import { resolved } from './control'
import { PlaceOf } from './live/place'
import './props.css'

type Props = {
  schema: Schema
  ui: Ui
  root?: Schema
  value: Config
  change: (key: string, value: Value) => void
  path?: string
  node: string | null
  problems: readonly Problem[]
  disabled?: boolean
  /** Only these properties. */
  only?: readonly string[]
}

/** The names of the properties in the order that the hints ask for. */
export function ordered(schema: Schema, ui: Ui): string[] {
  const all = Object.keys(schema.properties ?? {})
  const wanted = ((ui['ui:order'] as string[] | undefined) ?? ['*']).filter((name) => name === '*' || all.includes(name))
  const named = new Set(wanted)
  const rest = all.filter((name) => !named.has(name))
  return wanted.flatMap((name) => (name === '*' ? rest : [name]))
}

const NAMED = new Set(['priority', 'limits', 'deadline'])

const within = (problem: Problem, path: string) => problem.field === path || problem.field?.startsWith(`${path}.`) === true

export function Row({ name, schema, ui, root, value, change, path, node, problems, disabled, wanted }: Omit<Props, 'value' | 'only'> & { name: string; value: Value; wanted: boolean }) {
  const { t } = useTranslation()
  const { text, language } = useLanguage()
  const pointed = useDesign((state) => state.field)
  const box = useRef<HTMLDivElement>(null)
  const own = path ? `${path}.${name}` : name
  const found = resolved(schema, root ?? schema)
  const hints = (ui[name] as Ui | undefined) ?? {}
  const Control = controlFor(hints['ui:widget'] as string | undefined, found, name)
  const mine = problems.filter((problem) => within(problem, own))
  const here = pointed !== null && (pointed === own || pointed.startsWith(`${own}.`))
  useEffect(() => {
    if (here) box.current?.scrollIntoView({ block: 'center' })
  }, [here])
  // The first words of what the server says of these are no name.
  const title = NAMED.has(name) ? t(`props.named.${name}`) : text(found['x-i18n']?.title) || (found.title as string) || name
  const about = text(found['x-i18n']?.description) || (found.description as string | undefined) || ''
  const id = `prop-${own.replaceAll('.', '-')}`
  const place = useMemo(() => ({ node: node ?? '', field: own, form: '' }), [node, own])
  return (
    <div className={`prop ${mine.some((one) => one.severity === 'error') ? 'bad' : ''} ${here ? 'here' : ''}`} ref={box} data-prop={own}>
      <label className="prop-name" htmlFor={id}>
        {title}
        {wanted && <span className="prop-star" aria-label={t('props.required')}>*</span>}
        {about && about.replace(/[。.]$/, '') !== title && (
          <Tooltip title={about}>
            <QuestionCircleOutlined className="prop-help" />
          </Tooltip>
        )}
      </label>
      <PlaceOf value={place}>
        <Control id={id} name={name} value={value} change={(next) => change(name, next)} schema={found} ui={hints} root={root ?? schema} path={own} node={node} problems={mine} disabled={disabled} />
      </PlaceOf>
      {mine.map((problem, index) => (
        <p key={index} className={`prop-problem ${problem.severity}`}>
          {sentenceIn(problem, language)} {language === 'zh' ? problem.hint_zh : problem.hint_en}
        </p>
      ))}
    </div>
  )
}

export function SchemaForm({ schema, ui, root = schema, value, change, path = '', node, problems, disabled, only }: Props) {
  const required = (schema.required as string[] | undefined) ?? []
  const all = ordered(schema, ui)
  const names = only === undefined ? all : only.filter((name) => all.includes(name))
  return (
    <div className="props-form">
      {names.map((name) => (
        <Row
          key={name}
          name={name}
          schema={(schema.properties as Record<string, Schema>)[name]!}
          ui={ui}
          root={root}
          value={value?.[name]}
          change={change}
          path={path}
          node={node}
          problems={problems}
          disabled={disabled}
          wanted={required.includes(name)}
        />
      ))}
    </div>
  )
}
