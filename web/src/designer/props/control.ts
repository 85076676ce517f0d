/** What every control of a property form gets. */
import type { Problem, Schema, Ui, Value } from '../types'

export type ControlProps = {
  id: string
  value: Value
  /** `undefined` takes the property out. */
  change: (value: Value) => void
  schema: Schema
  ui: Ui
  /** The schema that `$ref`s point into. */
  root: Schema
  /** Dotted place inside the node's config. */
  path: string
  /** The name of the property. */
  name: string
  /** The node that is edited; null for the process itself. */
  node: string | null
  problems: readonly Problem[]
  disabled?: boolean
}

/** The schema behind a `$ref`. */
export function resolved(schema: Schema, root: Schema): Schema {
  const ref = schema.$ref as string | undefined
  if (ref === undefined) return schema
  const found = ref.replace('#/', '').split('/').reduce((at: Value, part: string) => at?.[part], root)
  const { $ref: _, ...rest } = schema
  return { ...(found as Schema), ...rest }
}
