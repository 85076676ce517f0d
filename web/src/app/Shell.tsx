/** The frame round every page: navigation at the side, or at the bottom of a phone; who is signed in; the language. */
import { LogoutOutlined, UserOutlined } from '@ant-design/icons'
import { Avatar, Dropdown } from 'antd'
import { Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { NavLink, Navigate, Route, Routes, useLocation } from 'react-router'
import { useMe, useSession } from '../auth/session'
import { useCounts } from '../workbench/counts'
import { areasFor, type Area } from './areas'
import { Bell } from './Bell'
import { ErrorBoundary } from './ErrorBoundary'
import { LanguageSwitch } from './LanguageSwitch'
import { Loading } from './Loading'
import { Mark } from './Mark'
import { NotFound } from './NotFound'
import './shell.css'

function Entry({ area }: { area: Area }) {
  const { t } = useTranslation()
  const counts = useCounts()
  const waiting = area.path === 'tasks' ? (counts?.todo ?? 0) : 0
  return (
    <NavLink to={`/${area.path}`} className="shell-entry">
      <span aria-hidden="true" className="shell-icon">
        {area.icon}
      </span>
      <span>{t(area.title)}</span>
      {waiting > 0 && <span className="shell-count">{waiting > 99 ? '99+' : waiting}</span>}
    </NavLink>
  )
}

function Account() {
  const { t } = useTranslation()
  const me = useMe()
  const { leave } = useSession()
  const items = [
    { key: 'who', label: `${me.name} · ${me.person}@${me.tenant}`, disabled: true },
    { type: 'divider' as const },
    { key: 'leave', icon: <LogoutOutlined />, label: t('auth.signOut'), onClick: () => void leave() },
  ]
  return (
    <Dropdown menu={{ items }} trigger={['click']} placement="bottomRight">
      <button type="button" className="shell-account" aria-label={t('app.account', { name: me.name })}>
        <Avatar size={28} icon={<UserOutlined />} />
        <span>{me.name}</span>
      </button>
    </Dropdown>
  )
}

export function Shell() {
  const { t } = useTranslation()
  const me = useMe()
  const { pathname } = useLocation()
  const shown = areasFor(me.permissions)
  const here = shown.find((area) => pathname.split('/')[1] === area.path)
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        {t('app.skip')}
      </a>
      <header className="shell-head">
        <NavLink to="/" className="shell-brand" aria-label={t('app.name')}>
          <Mark size={28} />
          <strong>{t('app.name')}</strong>
        </NavLink>
        <div className="shell-tools">
          {shown.some((area) => area.path === 'notices') && <Bell />}
          <LanguageSwitch />
          <Account />
        </div>
      </header>
      <nav className="shell-nav" aria-label={t('app.navigation')}>
        {shown.filter((area) => !area.aside).map((area) => (
          <Entry key={area.path} area={area} />
        ))}
      </nav>
      <main id="main" className={here?.wide ? 'shell-main shell-wide' : 'shell-main'} tabIndex={-1}>
        {/* Another thing is another page; the parts of one thing share what it has open, a design its undo. */}
        <ErrorBoundary key={pathname.split('/').slice(1, 3).join('/')} place={pathname}>
          <Suspense fallback={<Loading />}>
            <Routes>
              <Route path="/" element={<Navigate to={`/${shown[0]?.path ?? ''}`} replace />} />
              {shown.map(({ path, Page }) => (
                <Route key={path} path={`/${path}/*`} element={<Page />} />
              ))}
              <Route path="*" element={<NotFound />} />
            </Routes>
          </Suspense>
        </ErrorBoundary>
      </main>
    </div>
  )
}
