/** Every widget and field of forms by the name that UI schemas give it. */
import type { FormProps } from '@rjsf/core'
import { RadiosWidget, SelectWidget, SwitchWidget, TickWidget } from './choices'
import { FilesWidget } from './files'
import { DurationWidget, SerialWidget } from './lengths'
import { MoneyWidget, NumberWidget, RatingWidget } from './numbers'
import { MembersWidget } from './people'
import { PlaceField } from './place'
import { DepartmentWidget, RegionWidget } from './places'
import { RecordWidget } from './record'
import { SignatureWidget } from './signature'
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
  radios: RadiosWidget,
  tick: TickWidget,
  signature: SignatureWidget,
  department: DepartmentWidget,
  region: RegionWidget,
  record: RecordWidget,
  duration: DurationWidget,
  serial: SerialWidget,
}

export const fields: NonNullable<FormProps['fields']> = { place: PlaceField }
