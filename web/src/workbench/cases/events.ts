/** Journal lines as sentences: which matter to people, what each says, and how it looks. */
import type { TFunction } from 'i18next'
import type { Line } from './useCase'

export type Tone = 'plain' | 'good' | 'bad' | 'wait'
/** `byItself`: it happened of what somebody did, and is not his deed. */
export type Told = { tone: Tone; says: string; note?: string; people?: string[]; byItself?: boolean }
/** What outcomes are called, of the line's node and of the whole case; why something went wrong, if it did. */
export type Called = { answer: (outcome: string) => string; end: (outcome: string) => string; why: string }

type Data = Record<string, unknown>
const words = (value: unknown) => (typeof value === 'string' ? value : '')
const ids = (value: unknown) => (Array.isArray(value) ? value.map(String) : typeof value === 'string' && value ? [value] : [])

const VERBS_TOLD = new Set(
  'transfer delegate add_before add_after add_with remove claim release take_back cc urge comment return handover withdraw'.split(' '),
)

/** What of a line is told, or null where it is of interest to nobody but operators. */
export function tell(line: Line, node: string, t: TFunction, text: (value: unknown) => string, called: Called): Told | null {
  const data = line.data as Data
  switch (line.kind) {
    case 'case_started':
      return { tone: 'good', says: t('work.event.started') }
    case 'task_opened':
      return { tone: 'wait', says: t('work.event.asked', { node }), people: ids(data.candidates) }
    case 'answered': {
      const answer = words(data.answer) || 'complete'
      const tone = answer === 'reject' ? 'bad' : 'good'
      const outcome = words(data.outcome)
      const judged = ['approve', 'reject', 'abstain'].includes(answer)
      const says = t(`work.event.${judged ? answer : 'complete'}`, { node })
      const more = outcome && outcome !== 'done' && !judged ? called.answer(outcome) : ''
      return { tone, says: more ? `${says} · ${more}` : says, note: words(data.comment) }
    }
    case 'verb': {
      const verb = words(data.verb) === 'add' ? `add_${words(data.where) || 'with'}` : words(data.verb)
      if (!VERBS_TOLD.has(verb)) return null
      const note = words(data.text) || words(data.reason) || words(data.comment)
      return { tone: 'plain', says: `${node ? `${node} · ` : ''}${t(`work.verb.${verb}`)}`, note, people: ids(data.who ?? data.to) }
    }
    case 'returned':
      return { tone: 'bad', says: t('work.event.returned', { node }), note: words(data.reason) }
    case 'action_failed':
      return { tone: 'bad', says: t('work.event.failed', { node }), note: called.why || text(data.title) }
    case 'incident_opened':
      return { tone: 'bad', says: t('work.event.incident', { node }), note: called.why || text(data.title) }
    case 'incident_closed':
      return { tone: 'good', says: t('work.event.mended', { node }) }
    case 'breached':
      return { tone: 'bad', says: t('work.event.late', { node }) }
    case 'suspended':
    case 'resumed':
    case 'reopened':
      return { tone: 'plain', says: t(`work.event.${line.kind}`) }
    case 'migrated':
      return { tone: 'plain', says: t('work.event.migrated', { version: String(data.to ?? '') }) }
    case 'case_ended': {
      const status = words(data.status) || 'done'
      const outcome = status === 'done' ? words(data.outcome) : ''
      const says = t(`work.event.ended.${status}`)
      const more = outcome && outcome !== 'done' ? called.end(outcome) : ''
      return { tone: status === 'done' ? 'good' : 'bad', says: more ? `${says} · ${more}` : says, note: called.why || words(data.code), byItself: status === 'done' }
    }
    default:
      return null
  }
}
