/** All notices on a page of their own. */
import { useTranslation } from 'react-i18next'
import { Page } from '../shared/Page'
import { NoticeList, ReadAll } from './NoticeList'

export default function NoticeArea() {
  const { t } = useTranslation()
  return (
    <Page title={t('bell.title')} about={t('bell.about')} actions={<ReadAll />}>
      <div className="panel notices-page">
        <NoticeList />
      </div>
    </Page>
  )
}
