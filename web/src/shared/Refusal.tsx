/** A refusal or failure of the API where it matters, in the user's language. */
import { Alert, Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '../api/problem'
import { useLanguage } from '../i18n'

export function Refusal({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  if (error === null || error === undefined) return null
  return (
    <Alert
      type="error"
      showIcon
      title={sentenceOf(error, language)}
      action={retry && <Button onClick={retry}>{t('app.retry')}</Button>}
      style={{ marginBottom: 16 }}
    />
  )
}
