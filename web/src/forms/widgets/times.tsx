/** Dates, and moments with their time zone. */
import type { WidgetProps } from '@rjsf/utils'
import { DatePicker, TimePicker } from 'antd'
import dayjs from 'dayjs'

export function DateWidget(props: WidgetProps) {
  return (
    <DatePicker
      id={props.id}
      value={props.value ? dayjs(props.value) : null}
      disabled={props.disabled || props.readonly}
      onChange={(day) => props.onChange(day ? day.format('YYYY-MM-DD') : undefined)}
    />
  )
}

export function MomentWidget(props: WidgetProps) {
  return (
    <DatePicker
      id={props.id}
      showTime={{ format: 'HH:mm' }}
      format="YYYY-MM-DD HH:mm"
      value={props.value ? dayjs(props.value) : null}
      disabled={props.disabled || props.readonly}
      onChange={(moment) => props.onChange(moment ? moment.format('YYYY-MM-DDTHH:mm:ssZ') : undefined)}
    />
  )
}

export function TimeWidget(props: WidgetProps) {
  return (
    <TimePicker
      id={props.id}
      format="HH:mm"
      value={props.value ? dayjs(`2000-01-01T${String(props.value)}`) : null}
      disabled={props.disabled || props.readonly}
      onChange={(time) => props.onChange(time ? time.format('HH:mm:ss') : undefined)}
    />
  )
}
