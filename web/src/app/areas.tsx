/**
 * The areas of the app: what stands in its navigation. A new area is one entry here and a folder of its own, with a
 * default export that draws its routes below `path`, and a `messages.ts`. Areas are loaded when they are opened.
 */
import { AppstoreAddOutlined, BellOutlined, InboxOutlined, PartitionOutlined, ProfileOutlined, SendOutlined } from '@ant-design/icons'
import { lazy, type ComponentType, type ReactNode } from 'react'

export type Area = {
  /** First part of the address, without slashes. */
  path: string
  /** Key of its name in the navigation. */
  title: string
  icon: ReactNode
  /** Whom it is shown to: a permission of `GET /me`; without one, everybody. */
  permission?: string
  /** It wants the whole window: no padding, no greatest width. */
  wide?: boolean
  /** It has another way in than the navigation. */
  aside?: boolean
  Page: ComponentType
}

export const areas: readonly Area[] = [
  {
    path: 'tasks',
    title: 'work.tasks.title',
    icon: <InboxOutlined />,
    permission: 'tasks.see',
    Page: lazy(() => import('../workbench/tasks/TaskArea')),
  },
  {
    path: 'start',
    title: 'work.start.title',
    icon: <AppstoreAddOutlined />,
    permission: 'cases.start',
    Page: lazy(() => import('../workbench/start/StartArea')),
  },
  {
    path: 'cases',
    title: 'work.cases.title',
    icon: <ProfileOutlined />,
    permission: 'cases.see',
    Page: lazy(() => import('../workbench/cases/CaseArea')),
  },
  {
    path: 'designer',
    title: 'app.designer',
    icon: <PartitionOutlined />,
    permission: 'designs.see',
    wide: true,
    Page: lazy(() => import('../designer/DesignerArea')),
  },
  {
    path: 'deliveries',
    title: 'work.sent.title',
    icon: <SendOutlined />,
    permission: 'notices.see',
    Page: lazy(() => import('../workbench/deliveries/DeliveryArea')),
  },
  {
    path: 'notices',
    title: 'bell.title',
    icon: <BellOutlined />,
    permission: 'notices.own',
    aside: true,
    Page: lazy(() => import('../notices/NoticeArea')),
  },
]

/** Those that somebody with these permissions is shown. */
export function areasFor(permissions: readonly string[]): Area[] {
  return areas.filter((area) => area.permission === undefined || permissions.includes(area.permission))
}
