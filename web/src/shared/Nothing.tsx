/** An empty place: what would stand here, and what to do next. */
import { InboxOutlined } from '@ant-design/icons'
import type { ReactNode } from 'react'

type Props = { title: string; hint: string; icon?: ReactNode; action?: ReactNode }

export function Nothing({ title, hint, icon = <InboxOutlined />, action }: Props) {
  return (
    <div className="nothing">
      <span className="nothing-mark" aria-hidden="true">
        {icon}
      </span>
      <h2>{title}</h2>
      <p>{hint}</p>
      {action}
    </div>
  )
}
