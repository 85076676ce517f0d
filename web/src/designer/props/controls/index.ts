/** Which control draws a property: by the widget that the catalogue names, else by the schema; else as JSON. */
import type { ComponentType } from 'react'
import type { Schema } from '../../types'
import type { ControlProps } from '../control'
import { ArgumentsControl, SaveControl } from './Assignments'
import { ConditionControl } from './ConditionControl'
import { DeadlineControl } from './DeadlineControl'
import { DurationControl } from './DurationControl'
import { ExpressionControl } from './ExpressionControl'
import { FormUseControl } from './FormUseControl'
import { AnyControl, ListControl, MapControl } from './Nested'
import { NoticeControl } from './NoticeControl'
import { OutcomesControl } from './OutcomesControl'
import { PeopleControl } from './PeopleControl'
import { BooleanControl, EnumControl, JsonControl, NumberControl, StringControl, TextControl } from './Plain'
import { ActionControl, FieldNameControl, NodeControl, PickControl } from './Picks'
import { AccessControl } from './AccessControl'

const byName: Record<string, ComponentType<ControlProps>> = {
  text: TextControl,
  condition: ConditionControl,
  expression: ExpressionControl,
  duration: DurationControl,
  approvers: PeopleControl,
  form_use: FormUseControl,
  deadline: DeadlineControl,
  save: SaveControl,
  arguments: ArgumentsControl,
  notice: NoticeControl,
  node: NodeControl,
  action: ActionControl,
  calendar: PickControl,
  form: PickControl,
  table: PickControl,
  process: PickControl,
  template: PickControl,
  role: PickControl,
  data_field: FieldNameControl,
  json: JsonControl,
}

export function controlFor(widget: string | undefined, schema: Schema, name: string): ComponentType<ControlProps> {
  if (widget !== undefined) return byName[widget] ?? JsonControl
  if (name === 'outcomes' && schema.type === 'object') return OutcomesControl
  if (schema.enum) return EnumControl
  if (schema.anyOf) return AnyControl
  if (schema.type === 'boolean') return BooleanControl
  if (schema.type === 'number' || schema.type === 'integer') return NumberControl
  if (schema.type === 'array') {
    const pattern = (schema.items as Schema | undefined)?.pattern as string | undefined
    return pattern?.startsWith('^(role|user|group)') ? AccessControl : ListControl
  }
  if (schema.type === 'object') return schema.properties || schema.additionalProperties ? MapControl : JsonControl
  const sorts = Array.isArray(schema.type) ? (schema.type as string[]) : [schema.type as string]
  if (sorts.includes('string') && sorts.includes('number')) return ExpressionControl
  return sorts.includes('string') ? StringControl : ExpressionControl
}
