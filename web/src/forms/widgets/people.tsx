/** One person or several, by name. */
import type { WidgetProps } from '@rjsf/utils'
import { PeopleSelect } from '../../shared/PeopleSelect'

export function MembersWidget(props: WidgetProps) {
  const several = props.schema.type === 'array'
  const value = several ? ((props.value ?? []) as string[]) : props.value ? [String(props.value)] : []
  return (
    <PeopleSelect
      id={props.id}
      several={several}
      value={value}
      disabled={props.disabled || props.readonly}
      onChange={(people) => props.onChange(several ? people : people[0])}
    />
  )
}
