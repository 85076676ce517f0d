/** Text in one line or several. Keystrokes stay here; the form hears of them 200 ms after the last one, or on leaving. */
import type { WidgetProps } from '@rjsf/utils'
import { Input } from 'antd'
import { useEffect, useRef, useState } from 'react'

const PAUSE = 200

function useHeldBack(props: WidgetProps) {
  const [shown, show] = useState<string>(props.value ?? '')
  const told = useRef<unknown>(props.value)
  const timer = useRef(0)
  useEffect(() => {
    if (props.value === told.current) return
    told.current = props.value
    show(props.value ?? '')
  }, [props.value])
  useEffect(() => () => clearTimeout(timer.current), [])
  const tell = (text: string) => {
    clearTimeout(timer.current)
    const value = text === '' ? props.options.emptyValue : text
    if (value === told.current) return
    told.current = value
    props.onChange(value)
  }
  const type = (text: string) => {
    show(text)
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => tell(text), PAUSE)
  }
  return { shown, type, tell }
}

export function TextWidget(props: WidgetProps) {
  const { shown, type, tell } = useHeldBack(props)
  return (
    <Input
      id={props.id}
      value={shown}
      disabled={props.disabled || props.readonly}
      placeholder={props.placeholder}
      maxLength={props.schema.maxLength}
      required={props.required}
      onChange={(event) => type(event.target.value)}
      onBlur={() => tell(shown)}
    />
  )
}

export function TextareaWidget(props: WidgetProps) {
  const { shown, type, tell } = useHeldBack(props)
  return (
    <Input.TextArea
      id={props.id}
      value={shown}
      disabled={props.disabled || props.readonly}
      placeholder={props.placeholder}
      maxLength={props.schema.maxLength}
      required={props.required}
      autoSize={{ minRows: Number(props.options.rows ?? 3), maxRows: 12 }}
      onChange={(event) => type(event.target.value)}
      onBlur={() => tell(shown)}
    />
  )
}
