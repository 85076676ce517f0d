/**
 * The validator of forms: it interprets JSON Schema instead of compiling it to code, so that the page needs no
 * `unsafe-eval`, and says what is wrong in the user's language.
 */
import { Validator, type OutputUnit } from '@cfworker/json-schema'
import {
  createErrorHandler,
  toErrorSchema,
  unwrapErrorHandler,
  validationDataMerge,
  type RJSFSchema,
  type RJSFValidationError,
  type ValidatorType,
} from '@rjsf/utils'
import type { Language } from '../i18n'

type Json = Record<string, unknown>
const KEPT = new WeakMap<object, Validator>()

/** Keywords that only lead to others, whose own errors say more. */
const LEADING = new Set(
  ('properties items prefixItems allOf if then else $ref additionalProperties anyOf oneOf not dependentSchemas ' +
    'contains').split(' '),
)

const SENTENCES: Record<Language, (keyword: string, limit: unknown) => string> = {
  zh: (keyword, limit) =>
    ({
      required: '此项必填',
      minLength: limit === 1 ? '此项必填' : `不少于 ${limit} 个字符`,
      maxLength: `不超过 ${limit} 个字符`,
      minimum: `不小于 ${limit}`,
      maximum: `不大于 ${limit}`,
      exclusiveMinimum: `须大于 ${limit}`,
      exclusiveMaximum: `须小于 ${limit}`,
      pattern: '格式不正确',
      format: '格式不正确',
      enum: '请选择列出的选项',
      const: '取值不正确',
      type: '类型不正确',
      minItems: `至少 ${limit} 项`,
      maxItems: `至多 ${limit} 项`,
      uniqueItems: '不能重复',
      multipleOf: `须为 ${limit} 的倍数`,
    })[keyword] ?? '不符合要求',
  en: (keyword, limit) =>
    ({
      required: 'Required',
      minLength: limit === 1 ? 'Required' : `At least ${limit} characters`,
      maxLength: `At most ${limit} characters`,
      minimum: `Must be ${limit} or more`,
      maximum: `Must be ${limit} or less`,
      exclusiveMinimum: `Must be more than ${limit}`,
      exclusiveMaximum: `Must be less than ${limit}`,
      pattern: 'Has the wrong format',
      format: 'Has the wrong format',
      enum: 'Choose a listed option',
      const: 'Is not the value wanted here',
      type: 'Has the wrong type',
      minItems: `At least ${limit} items`,
      maxItems: `At most ${limit} items`,
      uniqueItems: 'Must not repeat',
      multipleOf: `Must be a multiple of ${limit}`,
    })[keyword] ?? 'Does not fit',
}

function made(schema: Json, root?: Json): Validator {
  const known = KEPT.get(schema)
  if (known) return known
  const defs = { ...(root?.$defs as Json), ...(schema.$defs as Json) }
  const definitions = { ...(root?.definitions as Json), ...(schema.definitions as Json) }
  const validator = new Validator({ ...schema, $defs: defs, definitions } as never, '2020-12', false)
  KEPT.set(schema, validator)
  return validator
}

const parts = (pointer: string) =>
  pointer
    .replace(/^#\/?/, '')
    .split('/')
    .filter(Boolean)
    .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'))

function limitAt(schema: Json, pointer: string): unknown {
  return parts(pointer).reduce<unknown>((found, part) => (found as Json | undefined)?.[part], schema)
}

function errorsOf(units: OutputUnit[], schema: Json, language: Language): RJSFValidationError[] {
  const seen = new Set<string>()
  return units.flatMap((unit) => {
    if (LEADING.has(unit.keyword)) return []
    const missing = unit.keyword === 'required' ? /"([^"]+)"/.exec(unit.error)?.[1] : undefined
    const path = [...parts(unit.instanceLocation), ...(missing ? [missing] : [])].join('.')
    // One sentence a field: "required" and "too short" at once help nobody.
    if (seen.has(path)) return []
    seen.add(path)
    const message = SENTENCES[language](unit.keyword, limitAt(schema, unit.keywordLocation))
    const property = `.${path}`
    return [{ name: unit.keyword, property, message, params: {}, stack: message, schemaPath: unit.keywordLocation }]
  })
}

/** A validator for RJSF whose sentences are in this language. */
export function validatorIn(language: Language): ValidatorType {
  const errors = (schema: RJSFSchema, data: unknown) =>
    errorsOf(made(schema as Json).validate(data === undefined ? null : data).errors, schema as Json, language)
  return {
    isValid(schema, data, root) {
      if (typeof schema === 'boolean') return schema
      try {
        return made(schema as Json, root as Json).validate(data === undefined ? null : data).valid
      } catch {
        return false
      }
    },
    rawValidation: (schema, data) => ({ errors: errors(schema, data) as never[] }),
    validateFormData(data, schema, custom, transform, ui) {
      let found = errors(schema, data)
      if (transform) found = transform(found, ui)
      const result = { errors: found, errorSchema: toErrorSchema(found) }
      if (!custom) return result
      const handler = custom(data, createErrorHandler(data), ui, result.errorSchema)
      return validationDataMerge(result, unwrapErrorHandler(handler))
    },
  }
}
