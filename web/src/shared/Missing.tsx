/** A task or case that cannot be shown: where there is none, a way out; where the server failed, another try. */
import { FileSearchOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { ApiProblem, sentenceOf } from '../api/problem'
import { useLanguage } from '../i18n'
import { Nothing } from './Nothing'
import { Refusal } from './Refusal'

type Props = { error: unknown; retry: () => void; back: string; label: string }

export function Missing({ error, retry, back, label }: Props) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  if (!(error instanceof ApiProblem) || ![403, 404, 422].includes(error.status)) return <Refusal error={error} retry={retry} />
  return (
    <Nothing
      icon={<FileSearchOutlined />}
      title={sentenceOf(error, language)}
      hint={t('shared.missingHint')}
      action={
        <Link to={back}>
          <Button type="primary">{label}</Button>
        </Link>
      }
    />
  )
}
