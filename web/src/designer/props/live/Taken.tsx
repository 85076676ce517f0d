/** Whether the sample data takes a branch, in a few words. */
import { CheckCircleFilled, WarningOutlined } from '@ant-design/icons'
import { useTranslation } from 'react-i18next'
import type { Fate } from './branches'
import './live.css'

export function Taken({ fate }: { fate: Fate | undefined }) {
  const { t } = useTranslation()
  if (fate === 'taken') return <span className="live-fate yes" data-fate="taken"><CheckCircleFilled aria-hidden /> {t('live.taken')}</span>
  if (fate === 'stuck') return <span className="live-fate bad" data-fate="stuck"><WarningOutlined aria-hidden /> {t('live.stuck')}</span>
  return null
} // prettier-ignore
