/** The notices beside the page that one is at. */
import { Drawer } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { NoticeList, ReadAll } from './NoticeList'

export default function NoticeDrawer({ open, close }: { open: boolean; close: () => void }) {
  const { t } = useTranslation()
  return (
    <Drawer
      open={open}
      onClose={close}
      size={420}
      title={t('bell.title')}
      extra={<ReadAll />}
      footer={
        <Link to="/notices" onClick={close}>
          {t('bell.seeAll')}
        </Link>
      }
      styles={{ body: { padding: '12px 16px' } }}
      destroyOnHidden
    >
      <NoticeList left={close} />
    </Drawer>
  )
}
