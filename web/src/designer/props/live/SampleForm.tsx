/** The data of a sample as a form: every field can be filled in, whatever shows or works it out in the process. */
import { useMemo } from 'react'
import { formsOf, useLibrary } from '../../catalogue'
import { FormPreview } from '../../forming/Preview'
import { useDesign } from '../../store/design'
import type { Config, Field } from '../../types'

const RULES = new Set(['show_if', 'value', 'required', 'options_from'])
const free = (field: Field): Field => Object.fromEntries(Object.entries(field).filter(([word]) => !RULES.has(word)))

export default function SampleForm({ data, change }: { data: Config; change: (data: Config) => void }) {
  const model = useDesign((state) => state.model)
  const library = useLibrary()
  const form = useMemo(() => {
    const asked = formsOf(model, library)[String(model?.start?.form)]?.fields ?? {}
    const fields = { ...model?.data, ...asked }
    return { fields: Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, free(field ?? {})])), layout: [] }
  }, [model, library])
  return <FormPreview id="sample" form={form} data={data} change={change} />
}
