/** The parts of one delivery: what it is, whom it is for, how it stands and why, and having it sent again. */
import { RedoOutlined } from '@ant-design/icons'
import { Button, Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { useMe } from '../../auth/session'
import { useLanguage } from '../../i18n'
import { PeopleNames } from '../../shared/people'
import { whenText } from '../../shared/when'
import { useSendAgain, type Delivery } from './useDeliveries'

export const KINDS = ['mail', 'sms', 'wecom', 'dingtalk', 'webhook', 'send_out', 'notice'] as const
export const STATUSES = ['waiting', 'done', 'dead'] as const

const COLOURS: Record<Delivery['status'], string> = { waiting: 'processing', done: 'success', dead: 'error' }
/** Sent, although something is to be said of it. */
const SENT_ALL_THE_SAME = 'unconfirmed'

export function KindTag({ about }: { about: Delivery }) {
  const { t } = useTranslation()
  return <Tag>{t(`work.sent.kind.${about.kind}`)}</Tag>
}

export function What({ about }: { about: Delivery }) {
  const { text } = useLanguage()
  return <>{text(about.title) || about.about || '—'}</>
}

export function Whom({ about }: { about: Delivery }) {
  const { t } = useTranslation()
  const channel = about.kind === 'send_out' && KINDS.find((kind) => kind === about.to)
  if (channel) return <>{t(`work.sent.kind.${channel}`)}</>
  if (about.people.length > 0) return <PeopleNames ids={about.people} />
  return <>{about.to ?? '—'}</>
}

/** The state as a tag; below it why, and when it is tried again. */
export function Standing({ about }: { about: Delivery }) {
  const { t } = useTranslation()
  const { language, sentence } = useLanguage()
  const idle = about.status === 'done' && about.note !== '' && about.note !== SENT_ALL_THE_SAME
  const why = about.note === '' ? '' : sentence(about.said) || about.note
  const tried = about.tries > 1 || (about.tries > 0 && about.status !== 'done')
  const next = about.status === 'waiting' && about.tries > 0 ? t('work.sent.next', { time: whenText(about.due_at, language) }) : ''
  return (
    <div className="sent-state">
      <span>
        <Tag color={idle ? undefined : COLOURS[about.status]}>{t(idle ? 'work.sent.idle' : `work.sent.status.${about.status}`)}</Tag>
        {tried && <span className="soft">{t('work.sent.tries', { count: about.tries })}</span>}
      </span>
      {why && <span className={about.status === 'dead' ? 'late' : 'soft'}>{why}</span>}
      {next && <span className="soft">{next}</span>}
    </div>
  )
}

/** What was given up may be sent again by those who have the right. */
export function SendAgain({ about }: { about: Delivery }) {
  const { t } = useTranslation()
  const me = useMe()
  const again = useSendAgain()
  if (about.status !== 'dead' || !me.permissions.includes('notices.manage')) return null
  return (
    <Button size="small" icon={<RedoOutlined />} loading={again.isPending} data-testid="send-again" onClick={() => again.mutate(about.id)}>
      {t('work.sent.again')}
    </Button>
  )
}
