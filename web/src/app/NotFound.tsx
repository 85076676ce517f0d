/** An address that leads nowhere. */
import { CompassOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Nothing } from '../shared/Nothing'

export function NotFound() {
  const { t } = useTranslation()
  return (
    <Nothing
      icon={<CompassOutlined />}
      title={t('app.notFound')}
      hint={t('app.notFoundHint')}
      action={
        <Link to="/">
          <Button type="primary">{t('app.home')}</Button>
        </Link>
      }
    />
  )
}
