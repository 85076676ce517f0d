/** One or several of listed options, and yes or no. */
import type { WidgetProps } from '@rjsf/utils'
import { Checkbox, Radio, Select, Switch } from 'antd'
import { useTranslation } from 'react-i18next'

type Option = { value: unknown; label: string }

const listed = (props: WidgetProps) => (props.options.enumOptions ?? []) as Option[]

export function SelectWidget(props: WidgetProps) {
  const { t } = useTranslation()
  const options = listed(props)
  const several = props.schema.type === 'array'
  // Values may be numbers or objects: antd sees their places in the list.
  const placeOf = (value: unknown) => options.findIndex((each) => each.value === value)
  const chosen = several
    ? ((props.value ?? []) as unknown[]).map(placeOf).filter((place) => place >= 0)
    : placeOf(props.value)
  return (
    <Select
      id={props.id}
      mode={several ? 'multiple' : undefined}
      value={several || (chosen as number) >= 0 ? (chosen as never) : undefined}
      disabled={props.disabled || props.readonly}
      placeholder={props.placeholder || t('forms.choose')}
      allowClear={!props.required || several}
      showSearch={options.length > 8 ? { optionFilterProp: 'label' } : false}
      options={options.map((each, place) => ({ value: place, label: each.label }))}
      style={{ width: '100%' }}
      onChange={(found: number | number[] | undefined) =>
        props.onChange(
          Array.isArray(found)
            ? found.map((place) => options[place]?.value)
            : found === undefined
              ? undefined
              : options[found]?.value,
        )
      }
    />
  )
}

export function SwitchWidget(props: WidgetProps) {
  return (
    <span className="members-face">
      <Switch
      id={props.id}
      checked={props.value === true}
      disabled={props.disabled || props.readonly}
      aria-label={props.label}
      onChange={(checked) => props.onChange(checked)}
      />
      {props.label}
    </span>
  )
}

/** A few options, all of them seen at once. */
export function RadiosWidget(props: WidgetProps) {
  const options = listed(props)
  return (
    <Radio.Group
      id={props.id}
      value={options.findIndex((each) => each.value === props.value)}
      disabled={props.disabled || props.readonly}
      options={options.map((each, place) => ({ value: place, label: each.label }))}
      onChange={(event) => props.onChange(options[event.target.value as number]?.value)}
    />
  )
}

export function TickWidget(props: WidgetProps) {
  return (
    <Checkbox id={props.id} checked={props.value === true} disabled={props.disabled || props.readonly} onChange={(event) => props.onChange(event.target.checked)}>
      {props.label}
    </Checkbox>
  )
}
