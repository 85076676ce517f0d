/** The YAML itself: what is typed becomes the model a moment later, and the other way round; problems stand at their lines. */
import { yaml } from '@codemirror/lang-yaml'
import { linter, lintGutter, type Diagnostic } from '@codemirror/lint'
import CodeMirror, { EditorView } from '@uiw/react-codemirror'
import { Tag } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { sentenceIn, useLanguage } from '../../i18n'
import { type, useDesign } from '../store/design'
import type { Problem } from '../types'

/** Problems where the editor marks them; a line that is gone is the last one. */
export function marksOf(problems: readonly Problem[], lines: { count: number; at: (line: number) => { from: number; to: number } }, language: 'zh' | 'en'): Diagnostic[] {
  return problems.map((problem) => {
    const line = lines.at(Math.min(Math.max(problem.line, 1), lines.count))
    const from = Math.min(line.from + Math.max(problem.column - 1, 0), line.to)
    return {
      from,
      to: line.to,
      severity: problem.severity === 'error' ? 'error' : 'warning',
      message: [sentenceIn(problem, language), language === 'zh' ? problem.hint_zh : problem.hint_en].filter(Boolean).join(' '),
      source: problem.code,
    }
  })
}

export default function TextStep() {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const text = useDesign((state) => state.design?.text ?? '')
  const problems = useDesign((state) => state.problems)
  const may = useDesign((state) => state.design?.may.edit === true)
  // What was typed stands until the server has it; what is on its way there cannot be typed over.
  const mine = useDesign((state) => state.queue.findLast((group) => group.text !== undefined)?.text)
  const before = useDesign((state) => state.queue.some((group) => group.text === undefined))
  const extensions = useMemo(
    () => [
      yaml(),
      lintGutter(),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': t('design.bar.text'), tabindex: '0' }),
      linter((view) => marksOf(problems, { count: view.state.doc.lines, at: (line) => view.state.doc.line(line) }, language), { delay: 100 }),
    ],
    [problems, language, t],
  )
  return (
    <div className="text-step" data-testid="yaml">
      <p className="text-about soft small">
        <span>{t('design.text.about')}</span>
        {!may && <Tag>{t('design.text.readOnly')}</Tag>}
      </p>
      <CodeMirror value={mine ?? text} height="100%" editable={may && !before} extensions={extensions} onChange={(next) => type(next, t('design.did.text'))} basicSetup={{ foldGutter: true }} />
    </div>
  )
}
