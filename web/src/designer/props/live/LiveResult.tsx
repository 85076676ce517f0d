/** The quiet line below an expression: what it gives on the sample data, or what is wrong and where. */
import { WarningOutlined } from '@ant-design/icons'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiProblem, sentenceOf } from '../../../api/problem'
import { sentenceIn, useLanguage } from '../../../i18n'
import { useNamed } from '../../catalogue'
import type { Result } from './evaluate'
import { isTried, usePlace, type How } from './place'
import { SamplePanel } from './SamplePanel'
import { useResult } from './useResult'
import './live.css'

/** Characters of the server are whole signs; a text box counts halves of some. */
const units = (text: string, signs: number) => Array.from(text).slice(0, signs).join('').length

/** Marks a part of the text box with this id. */
function mark(id: string | undefined, text: string, start: number, end: number): void {
  const box = id === undefined ? null : document.getElementById(id)
  if (!(box instanceof HTMLTextAreaElement || box instanceof HTMLInputElement)) return
  box.focus()
  box.setSelectionRange(units(text, start), units(text, end))
}

/** A value as it reads: texts in quotes, nothing as such, a field of money in yuan too. */
export function useValueWords(): (result: Result, how: How, text: string) => { said: string; more: string } {
  const { t } = useTranslation()
  const { text: words } = useLanguage()
  const named = useNamed()
  return (result, how, text) => {
    const said = result.text ?? ''
    if (result.kind === 'null') return { said: t('live.nothing'), more: '' }
    if (how === 'condition') return { said: t(result.value === true ? 'live.holds' : 'live.fails'), more: said }
    if (result.kind === 'string') return { said: said === '' ? t('live.empty') : `“${said}${result.cut ? '…' : ''}”`, more: words(result.type) }
    const field = /^\s*\$\{\s*((?:data|form)\.[\p{L}\p{N}_]+)\s*\}\s*$/u.exec(text)?.[1]
    const money = typeof result.value === 'number' && named.find((one) => one.name === field?.replace(/^form/, 'data'))?.schema.format === 'money'
    return { said: `${said}${result.cut ? '…' : ''}`, more: money ? t('live.yuan', { amount: (result.value as number / 100).toFixed(2) }) : words(result.type) }
  }
} // prettier-ignore

function Problem({ problem, text, box }: { problem: NonNullable<Result['problem']>; text: string; box?: string }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const { line, column, start, end } = problem
  const where = text.includes('\n') ? t('live.at', { line, column }) : t('live.atColumn', { column })
  const hint = language === 'zh' ? problem.hint_zh : problem.hint_en
  return (
    <span className="live-bad">
      <WarningOutlined aria-hidden /> {sentenceIn(problem, language)}{' '}
      <button type="button" className="live-where" onClick={() => mark(box, text, start, end)}>{where}</button>
      {hint && <> {hint}</>}
    </span>
  )
} // prettier-ignore

type Props = { value: unknown; how?: How; form?: string; /** The id of its text box. */ box?: string; id?: string }

export function LiveResult({ value, how = 'value', ...more }: Props) {
  return isTried(value, how) ? <Line text={value} how={how} {...more} /> : null
}

function Line({ text, how, form, box, id }: { text: string; how: How; form?: string; box?: string; id?: string }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const place = usePlace(form)
  const [open, setOpen] = useState(false)
  const { result, sample, error, settled } = useResult({ ...place, text, how })
  const say = useValueWords()
  const words = result && !result.problem ? say(result, how, text) : null
  return (
    <div className={`live ${settled ? '' : 'live-old'}`} data-testid="live" data-settled={settled && (result !== undefined || error !== null)}>
      <button type="button" className="live-sample" aria-haspopup="dialog" title={t('live.change')} onClick={() => setOpen(true)}>
        {sample?.source === 'scenario' && sample.name ? t('live.ofScenario', { name: sample.name }) : t(`live.of.${sample?.source ?? 'made'}`)}
      </button>
      <span className="live-said" role="status" aria-live="polite" id={id}>
        {error ? <span className="live-bad">{error instanceof ApiProblem && error.code === 'definition_invalid' ? t('live.unread') : sentenceOf(error, language)}</span>
          : result?.problem ? <Problem problem={result.problem} text={text} box={box} />
            : words ? <><span className={how === 'condition' ? (result?.value === true ? 'live-yes' : 'live-no') : 'live-value'}>{words.said}</span> {words.more && <span className="live-kind">{words.more}</span>}</>
              : <span className="soft">{t('live.soon')}</span>}
      </span>
      {/* A dialog's keys are its own: Escape would close the drawer around this line too. */}
      {open && <span className="live-dialog" onKeyDown={(event) => event.stopPropagation()}><SamplePanel place={place} close={() => setOpen(false)} /></span>}
    </div>
  )
} // prettier-ignore
