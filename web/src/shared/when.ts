/** Times as people read them: near ones by day and hour, far ones by date; what is left until something is due. */
import dayjs from 'dayjs'
import type { Language } from '../i18n'

export function whenText(at: string | null | undefined, language: Language): string {
  if (!at) return ''
  const time = dayjs(at)
  const days = time.startOf('day').diff(dayjs().startOf('day'), 'day')
  const clock = time.format('HH:mm')
  if (days === 0) return language === 'zh' ? `今天 ${clock}` : `today ${clock}`
  if (days === 1) return language === 'zh' ? `明天 ${clock}` : `tomorrow ${clock}`
  if (days === -1) return language === 'zh' ? `昨天 ${clock}` : `yesterday ${clock}`
  if (time.year() === dayjs().year()) return time.format(language === 'zh' ? 'M月D日 HH:mm' : 'D MMM HH:mm')
  return time.format(language === 'zh' ? 'YYYY年M月D日' : 'D MMM YYYY')
}

/** Minutes until `at`; negative once it has passed. */
export function minutesUntil(at: string): number {
  return dayjs(at).diff(dayjs(), 'minute')
}

/** A length of time in its largest fitting unit: 45 分钟, 3 h. */
export function lengthText(minutes: number, language: Language): string {
  const size = Math.abs(minutes)
  const zh = language === 'zh'
  if (size < 60) return zh ? `${size} 分钟` : `${size} min`
  if (size < 48 * 60) return zh ? `${Math.round(size / 60)} 小时` : `${Math.round(size / 60)} h`
  return zh ? `${Math.round(size / 1440)} 天` : `${Math.round(size / 1440)} days`
}
