/** Whether what is filled in has been saved. */
import { CheckOutlined, CloudSyncOutlined, WarningOutlined } from '@ant-design/icons'
import { useTranslation } from 'react-i18next'
import type { DraftState } from './useDraft'

export function DraftMark({ state }: { state: DraftState }) {
  const { t } = useTranslation()
  if (state === 'none') return null
  const icon = { saving: <CloudSyncOutlined />, saved: <CheckOutlined />, unsaved: <WarningOutlined />, elsewhere: <WarningOutlined /> }
  return (
    <span className={state === 'unsaved' || state === 'elsewhere' ? 'late' : 'soft'} role="status" data-draft={state}>
      {icon[state]} {t(`work.draft.${state}`)}
    </span>
  )
}
