/** Sample data as JSON, read or edited. */
import { json, jsonParseLinter } from '@codemirror/lang-json'
import { linter, lintGutter } from '@codemirror/lint'
import CodeMirror, { EditorView } from '@uiw/react-codemirror'
import { useMemo } from 'react'

export default function SampleJson({ text, editable, change, label }: { text: string; editable: boolean; change: (text: string) => void; label: string }) {
  const extensions = useMemo(
    () => [json(), EditorView.lineWrapping, EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }), ...(editable ? [lintGutter(), linter(jsonParseLinter(), { delay: 200 })] : [])],
    [label, editable],
  )
  return <CodeMirror value={text} editable={editable} extensions={extensions} onChange={change} maxHeight="38vh" basicSetup={{ foldGutter: false }} />
}
