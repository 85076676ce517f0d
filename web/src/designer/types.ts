/** What the designer's API sends and takes; docs/designer.md has it in words. */
import type { Text } from '../i18n'

export type Both = { zh: string; en: string }
export type Path = (string | number)[]
/** Values of a document: whatever YAML may hold. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Value = any
export type Config = Record<string, Value>

export type FlowNode = {
  id: string
  name: string
  in: string | null
  kind: string
  title?: Text
  config: Config
  says?: Both | null
  keys?: string[]
  broken?: Value
}
export type Way = 'start' | 'next' | 'outcome' | 'branch' | 'error' | 'deadline' | 'message'
export type FlowEdge = {
  id: string
  from: string
  to: string
  way: Way
  path: Path
  outcome?: string | null
  index?: number | null
  when?: Value
  event?: Config | null
}
export type Field = Config & { title?: Text; type?: string; format?: string; widget?: string }
export type FormBody = { title?: Text; description?: Text; fields?: Record<string, Field>; layout?: Value[] }
export type TableBody = Config & { inputs?: Config[]; outputs?: Value[]; hit?: string; rules?: Config[] }
export type Model = {
  process: string
  head: Config
  start?: Config
  first: string | null
  data?: Record<string, Field>
  required?: string[]
  access?: Config
  forms?: Record<string, FormBody>
  tables?: Record<string, TableBody>
  nodes: FlowNode[]
  edges: FlowEdge[]
  roles: string[]
  unknown: Config
}
export type Spot = { x: number; y: number }
export type Layout = { nodes?: Record<string, Spot>; edges?: Record<string, Spot[]> }

export type Summary = {
  id: string
  process: string
  title: Text
  family: string
  region: string
  base: string | null
  revision: number
  saved_at: string
  saved_by: string
  may: { edit: boolean; publish: boolean }
  published: { version: number; hash: string } | null
}
export type Design = Summary & {
  text: string
  scenarios: string
  layout: Layout
  readable: boolean
  model: Model | null
  made?: string[]
  merged?: boolean
}
export type Op = { op: string } & Config

export type Problem = {
  code: string
  severity: 'error' | 'warning' | string
  node: string | null
  field: string | null
  edge: string | null
  path: Path
  line: number
  column: number
  zh: string
  en: string
  hint_zh: string
  hint_en: string
}
export type Check = { ok: boolean; hash: string | null; ms: number; problems: Problem[] }

export type Change = {
  op: 'added' | 'removed' | 'changed' | 'renamed' | 'moved'
  what: string
  node: string | null
  title?: Text
  path: Path
  property?: string
  before?: Value
  after?: Value
} & Both
export type Conflict = {
  revision: number
  base: number | null
  by: string
  at: string
  theirs: Change[]
  mine: Change[]
  conflicts: ({ path: Path; of?: Both; said?: Partial<Record<'base' | 'theirs' | 'mine', Both>>; base: Value; theirs: Value; mine: Value } & Both)[]
  text: string
  merged: string | null
}

/** JSON Schema with the catalogue's additions. */
export type Schema = Config & { 'x-i18n'?: { title?: Both; description?: Both }; 'x-short'?: Config }
export type Ui = Config
export type Kind = {
  kind: string
  title: Both
  about: Both
  icon: string
  group: string
  exit: 'plain' | 'outcomes' | 'conditions' | 'none'
  answered: boolean
  body: null | 'body' | 'of'
  outcomes: string[] | null
  schema: Schema
  ui: Ui
  new: Config
}
export type Action = {
  do: string
  title: Both
  about: Both
  icon: string
  group: string
  outside: boolean
  errors: ({ code: string; kind: string } & Both)[]
  schema: Schema
  ui: Ui
  result: Schema
}
export type Catalogue = {
  kinds: Kind[]
  actions: Action[]
  groups: { group: string; title: Both }[]
  process: { schema: Schema; ui: Ui }
  form: { schema: Schema; ui: Ui }
  table: { schema: Schema; ui: Ui }
}
export type Library = {
  roles: string[]
  role_titles: Record<string, Both>
  groups: Value[]
  users: { id: string; name: string }[]
  forms: { id: string; title: Text; fields: Record<string, Field> | string[] }[]
  tables: { id: string; title: Text }[]
  calendars: Value[]
  templates: Value[]
  processes: { id: string; title: Text; outcomes?: string[]; data?: Record<string, Field> }[]
  functions: Value[]
}
export type Template = {
  template: string
  title: Text
  about: Text
  family: string
  steps: number
  tags: string[]
  shipped: boolean
}
export type Revision = { revision: number; at: string; by: string; name: string | null; notes: string | null }
export type Diff = { same: boolean; hash_from: string | null; hash_to: string | null; changes: Change[]; models?: [Model | null, Model | null] | null }
export type ScenarioItem = { name: string; process: string; start: Config; steps: number; line: number }
export type ScenarioRun = {
  passed: number
  failed: number
  items: { name: string; passed: boolean; step: number | null; line: number; said: Text[] }[]
  coverage: { nodes: string[]; missed: string[] }
}
export type Gate = {
  ready: boolean
  hash: string | null
  errors: number
  warnings: number
  scenarios: { passed: number; failed: number }
  changes: number | Change[]
  blockers: ({ code: string } & Both)[]
  open_cases: number
  warnings_text?: Value
}
