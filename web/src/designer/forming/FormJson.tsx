/** A form as JSON: what is typed becomes the form once it is sound; what is not says where it breaks. */
import { json, jsonParseLinter } from '@codemirror/lang-json'
import { linter, lintGutter } from '@codemirror/lint'
import CodeMirror, { EditorView } from '@uiw/react-codemirror'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FormBody } from '../types'

export function parsedForm(text: string): FormBody | null {
  try {
    const found: unknown = JSON.parse(text)
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as FormBody) : null
  } catch {
    return null
  }
}

const shown = (body: FormBody) => JSON.stringify(body, null, 2)

export default function FormJson({ body, change, may }: { body: FormBody; change: (body: FormBody) => void; may: boolean }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState<string | null>(null)
  const mine = typed === null ? null : parsedForm(typed)
  // Once the form is what was typed, it is shown as it stands.
  const there = mine !== null && JSON.stringify(mine) === JSON.stringify(body)
  useEffect(() => {
    if (there) setTyped((now) => (now !== null && JSON.stringify(parsedForm(now)) === JSON.stringify(body) ? now : null))
  }, [there, body])
  const extensions = useMemo(() => [json(), lintGutter(), linter(jsonParseLinter(), { delay: 200 }), EditorView.lineWrapping, EditorView.contentAttributes.of({ 'aria-label': 'JSON', tabindex: '0' })], [])
  const type = (text: string) => {
    setTyped(text)
    const found = parsedForm(text)
    if (found !== null) change(found)
  }
  return (
    <div className="form-json" data-testid="form-json">
      {typed !== null && mine === null && <p className="prop-problem error" role="alert">{t('forming.badJson')}</p>}
      <CodeMirror value={typed ?? shown(body)} editable={may} extensions={extensions} onChange={type} maxHeight="calc(100vh - 260px)" />
    </div>
  )
} // prettier-ignore
