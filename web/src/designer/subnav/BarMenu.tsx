/** What one does with a design beside building it: try it against the past and against faults, regions, rights, its trail. */
import { AuditOutlined, CodeOutlined, GlobalOutlined, HistoryOutlined, MoreOutlined, SafetyOutlined, ThunderboltOutlined } from '@ant-design/icons'
import { Button, Dropdown } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { usePhone } from '../../shared/usePhone'
import './subnav.css'

const pages = [
  { to: 'replay', icon: <HistoryOutlined /> },
  { to: 'drill', icon: <ThunderboltOutlined /> },
  { to: 'regions', icon: <GlobalOutlined /> },
  { to: 'rights', icon: <SafetyOutlined /> },
  { to: 'trail', icon: <AuditOutlined /> },
] as const
/** A phone's bar has no room for it. */
const narrow = { to: 'text', icon: <CodeOutlined /> } as const

export function BarMenu({ id }: { id: string }) {
  const { t } = useTranslation()
  const phone = usePhone()
  const items = [...pages, ...(phone ? [narrow] : [])].map(({ to, icon }) => ({
    key: to,
    icon,
    label: (
      <Link to={`/designer/${id}/${to}`} data-testid={`to-${to}`}>
        {t(`subnav.${to}`)}
      </Link>
    ),
  }))
  return (
    <Dropdown menu={{ items }} trigger={['click']} placement="bottomRight">
      <Button type="text" icon={<MoreOutlined />} aria-label={t('subnav.more')} data-testid="design-more" />
    </Dropdown>
  )
}
