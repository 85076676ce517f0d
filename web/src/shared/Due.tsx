/** When something is due: calm while there is time, amber in its last two hours, red once it is late. */
import { ClockCircleOutlined } from '@ant-design/icons'
import { Tag, Tooltip } from 'antd'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../i18n'
import { lengthText, minutesUntil, whenText } from './when'

const SOON = 120

export function Due({ at, late = false }: { at: string | null | undefined; late?: boolean }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  if (!at) return late ? <Tag color="error">{t('shared.late')}</Tag> : null
  const left = minutesUntil(at)
  const exact = new Date(at).toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB')
  if (late || left < 0)
    return (
      <Tooltip title={exact}>
        <Tag color="error" icon={<ClockCircleOutlined />}>
          {left < 0 ? t('shared.lateBy', { time: lengthText(left, language) }) : t('shared.late')}
        </Tag>
      </Tooltip>
    )
  if (left < SOON)
    return (
      <Tooltip title={exact}>
        <Tag color="warning" icon={<ClockCircleOutlined />}>
          {t('shared.left', { time: lengthText(left, language) })}
        </Tag>
      </Tooltip>
    )
  return (
    <Tooltip title={exact}>
      <span className="soft">{t('shared.due', { time: whenText(at, language) })}</span>
    </Tooltip>
  )
}
