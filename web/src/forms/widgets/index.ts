/** Every widget and field of forms by the name that UI schemas give it. */
import type { FormProps } from '@rjsf/core'
import { SelectWidget, SwitchWidget } from './choices'
import { FilesWidget } from './files'
import { MoneyWidget, NumberWidget, RatingWidget } from './numbers'
import { MembersWidget } from './people'
import { PlaceField } from './place'
import { TextareaWidget, TextWidget } from './text'
import { DateWidget, MomentWidget, TimeWidget } from './times'

export const widgets: NonNullable<FormProps['widgets']> = {
  TextWidget,
  TextareaWidget,
  SelectWidget,
  CheckboxWidget: SwitchWidget,
  DateWidget,
  DateTimeWidget: MomentWidget,
  TimeWidget,
  UpDownWidget: NumberWidget,
  number: NumberWidget,
  money: MoneyWidget,
  rating: RatingWidget,
  members: MembersWidget,
  files: FilesWidget,
}

export const fields: NonNullable<FormProps['fields']> = { place: PlaceField }
