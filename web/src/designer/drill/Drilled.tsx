/** What became of the case with one fault: the verdict, and the story in order with the time since the start. */
import { Tag } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '../../api/client'
import { useLanguage, type Language } from '../../i18n'
import { lengthText } from '../../shared/when'

export type DrilledFault = Schema<'DrilledFault'>
const SHOWN = 12
const TONES: Record<string, string> = { incident_opened: 'bad', breached: 'warn', clock_step: 'warn', action_failed: 'bad', case_ended: 'end', notice: 'note' }

function since(at: string, from: string, language: Language): string {
  const minutes = dayjs(at).diff(dayjs(from), 'minute')
  if (minutes === 0) return ''
  const [days, rest] = [Math.floor(minutes / 1440), minutes % 1440]
  if (days === 0) return `+${lengthText(minutes, language)}`
  const hours = Math.round(rest / 60)
  return language === 'zh' ? `+${days} 天${hours ? ` ${hours} 时` : ''}` : `+${days} d${hours ? ` ${hours} h` : ''}`
}

/** Whether a deadline does more than to mark somebody as late. */
const acts = (found: DrilledFault) => found.escalations.some((one) => /remind|notify|escalate|transfer|add|outcome|error|boundary/.test(one.slice(one.lastIndexOf(':'))))

/** Somebody who is never asked cannot fail to answer: such a fault shows nothing. */
const unreached = (found: DrilledFault) => found.fault.kind === 'silent' && !found.story.some((one) => one.node === found.fault.node)

function Verdict({ found }: { found: DrilledFault }) {
  const { t } = useTranslation()
  if (unreached(found)) return <Tag>{t('drill.verdict.unreached')}</Tag>
  const stands = found.incidents.some((one) => one.open)
  if (stands) return <Tag className="tag-bad">{t('drill.verdict.operator')}</Tag>
  if (found.ended) return <Tag className={found.breaches.length ? 'tag-wait' : 'tag-live'}>{t(found.breaches.length ? 'drill.verdict.late' : 'drill.verdict.ended')}</Tag>
  if (acts(found)) return <Tag className="tag-wait">{t('drill.verdict.acts')}</Tag>
  return <Tag className="tag-wait">{t('drill.verdict.waits')}</Tag>
}

export function Drilled({ found }: { found: DrilledFault }) {
  const { t } = useTranslation()
  const { text, sentence, language } = useLanguage()
  const [whole, setWhole] = useState(false)
  const from = found.story[0]?.at ?? ''
  const story = whole ? found.story : found.story.slice(-SHOWN)
  const quiet = found.ended === null && found.incidents.length === 0 && !acts(found) && found.fault.kind === 'silent'
  return (
    <article className="panel panel-body drilled" data-testid="drilled">
      <header>
        <h3>{sentence(found)}</h3>
        <Verdict found={found} />
      </header>
      {found.refused && <p className="bad small">{text(found.refused)}</p>}
      {unreached(found) && <p className="soft small">{t('drill.unreached')}</p>}
      {quiet && <p className="drill-quiet">{t('drill.quiet')}</p>}
      {story.length < found.story.length && (
        <button type="button" className="drill-more" onClick={() => setWhole(true)}>
          {t('drill.earlier', { count: found.story.length - story.length })}
        </button>
      )}
      <ol className={story.some((one) => since(one.at, from, language)) ? 'drill-story' : 'drill-story at-once'}>
        {story.map((one, index) => (
          <li key={index} data-tone={TONES[one.kind] ?? 'plain'}>
            <span className="drill-at">{since(one.at, from, language)}</span>
            <span>{sentence(one)}</span>
          </li>
        ))}
      </ol>
    </article>
  )
}
