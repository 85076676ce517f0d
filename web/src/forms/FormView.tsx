/** A form drawn from JSON Schema and a UI schema: of business forms and of properties in the designer. */
import Form from '@rjsf/antd'
import type { FormProps } from '@rjsf/core'
import type { ErrorSchema, RJSFSchema, UiSchema } from '@rjsf/utils'
import { useMemo, useRef, type ReactNode } from 'react'
import { useLanguage } from '../i18n'
import './forms.css'
import { templates } from './templates'
import { validatorIn } from './validator'
import { fields, widgets } from './widgets'

const validators = { zh: validatorIn('zh'), en: validatorIn('en') }
/** What nobody has filled in stays absent: `{}` would count as an answer, and the first option is nobody's choice. */
const defaults = { emptyObjectFields: 'skipEmptyDefaults', constAsDefaults: 'never' } as const
const context = { labelAlign: 'left', colon: false }

export type FormHandle = { check: () => boolean }

type Props = {
  schema: RJSFSchema
  uiSchema?: UiSchema
  data: unknown
  onChange?: (data: Record<string, unknown>) => void
  /** What the server says about fields, by name. */
  said?: Record<string, string>
  disabled?: boolean
  readonly?: boolean
  /** Say what is wrong while it is typed. */
  live?: boolean
  /** Given what can ask the form to check itself and show what is wrong. */
  handle?: (handle: FormHandle) => void
  /** More widgets by name. */
  widgets?: FormProps['widgets']
  fields?: FormProps['fields']
  id?: string
  children?: ReactNode
}

/** Whether data fits a schema; nothing is shown. */
export function isComplete(schema: RJSFSchema, data: unknown): boolean {
  return validators.zh.isValid(schema, data, schema)
}

function saidToErrors(said: Record<string, string> | undefined): ErrorSchema | undefined {
  if (!said || Object.keys(said).length === 0) return undefined
  const root: Record<string, unknown> = {}
  for (const [path, sentence] of Object.entries(said)) {
    let place = root
    for (const part of path.split('.')) place = (place[part] ??= {}) as Record<string, unknown>
    place.__errors = [sentence]
  }
  return root as ErrorSchema
}

export function FormView(props: Props) {
  const { language } = useLanguage()
  const form = useRef<{ validateForm: () => boolean } | null>(null)
  const ui = useMemo(() => ({ ...props.uiSchema, 'ui:submitButtonOptions': { norender: true } }), [props.uiSchema])
  const shownWidgets = useMemo(() => ({ ...widgets, ...props.widgets }), [props.widgets])
  const shownFields = useMemo(() => ({ ...fields, ...props.fields }), [props.fields])
  const errors = useMemo(() => saidToErrors(props.said), [props.said])
  const keep = (found: unknown) => {
    form.current = found as { validateForm: () => boolean } | null
    if (found) props.handle?.({ check: () => form.current?.validateForm() ?? true })
  }
  return (
    <div
      className="form-view"
      onKeyDown={(event) => {
        // Enter in a one-line field would submit the whole form.
        if (event.key === 'Enter' && (event.target as HTMLElement).tagName === 'INPUT') event.preventDefault()
      }}
    >
      <Form
        ref={keep}
        id={props.id}
        idPrefix={props.id ?? 'root'}
        tagName="div"
        schema={props.schema}
        uiSchema={ui}
        formData={props.data}
        validator={validators[language]}
        liveValidate={props.live ? 'onChange' : undefined}
        showErrorList={false}
        noHtml5Validate
        experimental_defaultFormStateBehavior={defaults}
        focusOnFirstError={({ property }) => {
          const path = (property ?? '').split('.').filter(Boolean)
          document.getElementById([props.id ?? 'root', ...path].join('_'))?.focus()
        }}
        templates={templates}
        widgets={shownWidgets}
        fields={shownFields}
        formContext={context}
        extraErrors={errors}
        extraErrorsBlockSubmit={false}
        disabled={props.disabled}
        readonly={props.readonly}
        onError={() => {}}
        onChange={(change) => props.onChange?.(change.formData as Record<string, unknown>)}
      >
        {props.children ?? <></>}
      </Form>
    </div>
  )
}
