/** What stands where something is being fetched. */
import { Spin } from 'antd'
import { useTranslation } from 'react-i18next'

export function Loading({ whole = false }: { whole?: boolean }) {
  const { t } = useTranslation()
  return (
    <div role="status" style={{ display: 'grid', placeItems: 'center', height: whole ? '100vh' : 240 }}>
      <Spin />
      <span className="visually-hidden">{t('app.loading')}</span>
    </div>
  )
}
