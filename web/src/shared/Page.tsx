/** The head that every page opens with: a title, what it is about, and what one does here. */
import { ArrowLeftOutlined } from '@ant-design/icons'
import { useEffect, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import './shared.css'

type Props = { title: ReactNode; name?: string; about?: ReactNode; back?: string; actions?: ReactNode; children: ReactNode }

/** `name` is what the browser's tab says where the title is no plain text. */
export function Page({ title, name, about, back, actions, children }: Props) {
  const { t } = useTranslation()
  const said = name ?? (typeof title === 'string' ? title : '')
  useEffect(() => {
    document.title = said ? `${said} · ${t('app.name')}` : t('app.name')
  }, [said, t])
  return (
    <div className="page">
      <div className="page-head">
        {back !== undefined && (
          <Link to={back} className="page-back" aria-label={t('app.back')}>
            <ArrowLeftOutlined />
          </Link>
        )}
        <div className="page-title">
          <h1>{title}</h1>
          {about && <div className="page-about">{about}</div>}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
      </div>
      {children}
    </div>
  )
}
