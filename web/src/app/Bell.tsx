/** The bell: how many notices are not read. What they say is loaded when it is asked for; a phone has a page of them. */
import { BellOutlined } from '@ant-design/icons'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { usePhone } from '../shared/usePhone'
import { useCounts } from '../workbench/counts'

const NoticeDrawer = lazy(() => import('../notices/NoticeDrawer'))
const MOST = 99

export function Bell() {
  const { t } = useTranslation()
  const phone = usePhone()
  const unread = useCounts()?.notices ?? 0
  const [wanted, want] = useState(false)
  const [open, show] = useState(false)
  const look = {
    className: 'shell-bell',
    'data-testid': 'bell',
    'aria-label': unread > 0 ? t('bell.bellUnread', { count: unread }) : t('bell.title'),
  }
  const inside = (
    <>
      <BellOutlined aria-hidden="true" />
      {unread > 0 && <span className="shell-count">{unread > MOST ? `${MOST}+` : unread}</span>}
    </>
  )
  if (phone)
    return (
      <Link to="/notices" {...look}>
        {inside}
      </Link>
    )
  const ring = () => {
    want(true)
    show(true)
  }
  return (
    <>
      <button type="button" aria-haspopup="dialog" onClick={ring} {...look}>
        {inside}
      </button>
      {wanted && (
        <Suspense>
          <NoticeDrawer open={open} close={() => show(false)} />
        </Suspense>
      )}
    </>
  )
}
