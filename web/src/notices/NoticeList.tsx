/** Notices one below another: what is new is marked, and read once it is followed. */
import { BellOutlined, CheckOutlined } from '@ant-design/icons'
import { Button, Segmented, Tag, Tooltip } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Loading } from '../app/Loading'
import { useMe } from '../auth/session'
import { useLanguage } from '../i18n'
import { Nothing } from '../shared/Nothing'
import { Refusal } from '../shared/Refusal'
import { whenText } from '../shared/when'
import { useCounts } from '../workbench/counts'
import { NextPage } from '../workbench/lists'
import { placeOf, useNotices, useRead, type Notice } from './useNotices'
import './notices.css'

type Follow = { left?: () => void }

function Entry({ notice, left }: { notice: Notice } & Follow) {
  const { t } = useTranslation()
  const { language, text } = useLanguage()
  const place = placeOf(notice, useMe().permissions)
  const read = useRead()
  const inside = (
    <>
      <span className="notice-head">
        <strong>{text(notice.title)}</strong>
        {notice.urgent && <Tag color="error">{t('shared.urgent')}</Tag>}
      </span>
      {text(notice.text) && <span className="notice-text">{text(notice.text)}</span>}
      <time className="soft" dateTime={notice.at}>
        {whenText(notice.at, language)}
      </time>
    </>
  )
  const follow = () => {
    if (!notice.read) read.mutate(notice.id)
    left?.()
  }
  return (
    <li className="notice" data-testid="notice" data-unread={!notice.read || undefined}>
      {!notice.read && <span className="visually-hidden">{t('bell.isUnread')}</span>}
      {place ? (
        <Link to={place} className="notice-main" onClick={follow}>
          {inside}
        </Link>
      ) : (
        <div className="notice-main">{inside}</div>
      )}
      {!notice.read && (
        <Tooltip title={t('bell.read')}>
          <Button
            type="text"
            size="small"
            icon={<CheckOutlined />}
            aria-label={t('bell.read')}
            data-testid="notice-read"
            loading={read.isPending}
            onClick={() => read.mutate(notice.id)}
          />
        </Tooltip>
      )}
    </li>
  )
}

export function ReadAll() {
  const { t } = useTranslation()
  const read = useRead()
  const none = (useCounts()?.notices ?? 0) === 0
  return (
    <Button disabled={none} loading={read.isPending} data-testid="notices-read" onClick={() => read.mutate(undefined)}>
      {t('bell.readAll')}
    </Button>
  )
}

/** `left`: told when one is followed to where it leads. */
export function NoticeList({ left }: Follow) {
  const { t } = useTranslation()
  const [only, choose] = useState<'all' | 'unread'>('all')
  const found = useNotices(only === 'unread')
  const notices = found.data?.pages.flatMap((page) => page.items) ?? []
  const none = only === 'unread' ? 'emptyUnread' : 'empty'
  return (
    <div className="notices">
      <Segmented
        value={only}
        onChange={choose}
        options={[
          { value: 'all', label: t('bell.all') },
          { value: 'unread', label: t('bell.unread') },
        ]}
      />
      <Refusal error={found.error} retry={() => void found.refetch()} />
      {found.isPending && <Loading />}
      {found.isSuccess && notices.length === 0 && (
        <Nothing icon={<BellOutlined />} title={t(`bell.${none}`)} hint={t(`bell.${none}Hint`)} />
      )}
      <ul>
        {notices.map((notice) => (
          <Entry key={notice.id} notice={notice} left={left} />
        ))}
      </ul>
      <NextPage found={found} />
    </div>
  )
}
