/** How a case stands, in a word and a colour. */
import { Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Case } from './useCase'

const LOOKS: Record<string, string> = {
  open: 'processing',
  running: 'processing',
  suspended: 'warning',
  done: 'success',
  ended: 'success',
  failed: 'error',
}

export function StatusTag({ about }: { about: Case }) {
  const { t } = useTranslation()
  if (about.incidents > 0 && about.ended_at === null) return <Tag color="error">{t('shared.status.incident')}</Tag>
  const known = ['open', 'running', 'suspended', 'done', 'ended', 'failed', 'cancelled', 'withdrawn']
  const name = known.includes(about.status) ? t(`shared.status.${about.status}`) : about.status
  return <Tag color={LOOKS[about.status]}>{name}</Tag>
}
