/** Controls of single values: texts in two languages, strings, numbers, switches, choices, and JSON for the rest. */
import { Button, Input, InputNumber, Segmented, Select, Switch } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../../i18n'
import type { ControlProps } from '../control'
import { LiveResult } from '../live/LiveResult'

const orNothing = (value: string) => (value === '' ? undefined : value)

/** A text, plain or in both languages; what was plain stays so until a second language is given. */
export function TextControl({ id, value, change, name, disabled }: ControlProps) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const [shown, setShown] = useState<'zh' | 'en'>(language)
  const plain = typeof value === 'string'
  const both = typeof value === 'object' && value !== null ? (value as { zh?: string; en?: string }) : {}
  const said = plain ? (shown === 'zh' ? value : '') : (both[shown] ?? '')
  const write = (next: string) => {
    if (plain && shown === 'zh') return change(orNothing(next))
    const made: Record<string, string | undefined> = { ...(plain ? { zh: value } : both), [shown]: orNothing(next) }
    for (const key of Object.keys(made)) if (made[key] === undefined) delete made[key]
    change(Object.keys(made).length === 0 ? undefined : made)
  }
  const long = name === 'description'
  return (
    <>
      <div className="prop-text">
        {long ? (
          <Input.TextArea id={id} autoSize={{ minRows: 2, maxRows: 6 }} value={said} disabled={disabled} onChange={(event) => write(event.target.value)} />
        ) : (
          <Input id={id} value={said} disabled={disabled} onChange={(event) => write(event.target.value)} />
        )}
        <Segmented
          size="small"
          value={shown}
          onChange={setShown}
          aria-label={t('props.language')}
          options={[
            { value: 'zh', label: '中' },
            { value: 'en', label: 'EN' },
          ]}
        />
      </div>
      <LiveResult value={said} box={id} />
    </>
  )
}

export function StringControl({ id, value, change, schema, disabled }: ControlProps) {
  const examples = schema.examples as string[] | undefined
  return <Input id={id} value={value ?? ''} disabled={disabled} placeholder={(schema.default as string) ?? examples?.[0]} onChange={(event) => change(orNothing(event.target.value))} />
}

export function NumberControl({ id, value, change, schema, disabled }: ControlProps) {
  return (
    <InputNumber
      id={id}
      value={value ?? null}
      disabled={disabled}
      min={schema.minimum as number | undefined}
      max={schema.maximum as number | undefined}
      precision={schema.type === 'integer' ? 0 : undefined}
      placeholder={schema.default === undefined ? undefined : String(schema.default)}
      onChange={(next) => change(next ?? undefined)}
    />
  )
}

export function BooleanControl({ id, value, change, schema, disabled }: ControlProps) {
  return <Switch id={id} checked={value ?? schema.default === true} disabled={disabled} onChange={(next) => change(next === (schema.default === true) ? undefined : next)} />
}

/** The words of a choice: what the front end knows of it, else itself. */
export function useWordOf(): (word: string) => string {
  const { t, i18n } = useTranslation()
  return (word) => (i18n.exists(`props.word.${word}`) ? t(`props.word.${word}`) : word)
}

export function EnumControl({ id, value, change, schema, disabled }: ControlProps) {
  const word = useWordOf()
  const options = (schema.enum as unknown[]).map((one) => ({ value: one as string, label: word(String(one)) }))
  return (
    <Select
      id={id}
      value={value}
      disabled={disabled}
      allowClear={schema.default !== undefined && value !== undefined}
      placeholder={schema.default === undefined ? undefined : word(String(schema.default))}
      options={options}
      onChange={(next) => change(next)}
    />
  )
}

/** Any value as JSON: what no other control knows. */
export function JsonControl({ id, value, change, disabled }: ControlProps) {
  const { t } = useTranslation()
  const written = value === undefined ? '' : JSON.stringify(value, null, 2)
  const [text, setText] = useState(written)
  const [bad, setBad] = useState(false)
  useEffect(() => setText(written), [written])
  const done = () => {
    if (text === written) return
    try {
      change(text.trim() === '' ? undefined : JSON.parse(text))
      setBad(false)
    } catch {
      setBad(true)
    }
  }
  return (
    <>
      <Input.TextArea id={id} className="mono" autoSize={{ minRows: 1, maxRows: 12 }} value={text} disabled={disabled} status={bad ? 'error' : undefined} placeholder="{ }" onChange={(event) => setText(event.target.value)} onBlur={done} />
      {bad && (
        <p className="prop-problem error">
          {t('props.badJson')}{' '}
          <Button size="small" type="link" onClick={() => (setText(written), setBad(false))}>
            {t('props.reset')}
          </Button>
        </p>
      )}
    </>
  )
}
