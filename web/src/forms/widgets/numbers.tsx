/** Numbers, and money: kept in minor units, shown and typed in yuan. */
import type { WidgetProps } from '@rjsf/utils'
import { InputNumber, Rate } from 'antd'

export function NumberWidget(props: WidgetProps) {
  const { minimum, maximum, type } = props.schema
  return (
    <InputNumber
      id={props.id}
      value={props.value ?? null}
      disabled={props.disabled || props.readonly}
      placeholder={props.placeholder}
      min={minimum}
      max={maximum}
      precision={type === 'integer' ? 0 : undefined}
      suffix={props.options.unit ? String(props.options.unit) : undefined}
      onChange={(value) => props.onChange(value ?? undefined)}
    />
  )
}

/** 19,200.00; while it is typed, as it is typed. */
function inYuan(value: string | number | undefined, info: { userTyping: boolean; input: string }): string {
  if (info.userTyping) return info.input
  if (value === undefined || value === '' || Number.isNaN(Number(value))) return ''
  return Number(value).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
}

export function MoneyWidget(props: WidgetProps) {
  return (
    <InputNumber
      id={props.id}
      value={typeof props.value === 'number' ? props.value / 100 : null}
      disabled={props.disabled || props.readonly}
      min={props.schema.minimum === undefined ? undefined : props.schema.minimum / 100}
      max={props.schema.maximum === undefined ? undefined : props.schema.maximum / 100}
      precision={2}
      prefix="¥"
      formatter={inYuan}
      parser={(text) => Number((text ?? '').replace(/[^\d.-]/g, ''))}
      onChange={(value) => props.onChange(value === null ? undefined : Math.round(Number(value) * 100))}
    />
  )
}

export function RatingWidget(props: WidgetProps) {
  return (
    <Rate
      id={props.id}
      value={props.value ?? 0}
      count={Number(props.schema.maximum ?? 5)}
      disabled={props.disabled || props.readonly}
      onChange={(value) => props.onChange(value || undefined)}
    />
  )
}
