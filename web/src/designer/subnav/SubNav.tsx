/** Pages that belong together, one beside the other, each with an address of its own. On a phone the row is scrolled. */
import { useEffect, useRef, type ReactNode } from 'react'
import { NavLink, useLocation } from 'react-router'
import './subnav.css'

export type SubPage = { to: string; label: ReactNode; end?: boolean; mark?: boolean }

export function SubNav({ label, pages }: { label: string; pages: readonly SubPage[] }) {
  const { pathname } = useLocation()
  const row = useRef<HTMLElement>(null)
  useEffect(() => {
    const here = row.current?.querySelector<HTMLElement>('.active')
    if (row.current && here) row.current.scrollLeft = here.offsetLeft - row.current.offsetWidth / 2 + here.offsetWidth / 2
  }, [pathname])
  return (
    <nav className="subnav" aria-label={label} ref={row}>
      {pages.map((page) => (
        <NavLink key={page.to} to={page.to} end={page.end} className={({ isActive }) => (isActive ? 'active' : '')}>
          {page.label}
          {page.mark && <span className="subnav-mark" aria-hidden="true" />}
        </NavLink>
      ))}
    </nav>
  )
}
