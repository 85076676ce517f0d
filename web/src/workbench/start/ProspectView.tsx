/** Who will be asked, in order, as far as it can be told now. */
import { useTranslation } from 'react-i18next'
import type { Schema } from '../../api/client'
import { useLanguage } from '../../i18n'
import { PeopleNames } from '../../shared/people'

export function ProspectView({ prospect }: { prospect: Schema<'Prospect'> }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  if (prospect.asked.length === 0) return <p className="soft">{t('work.prospect.nobody')}</p>
  return (
    <ol className="prospect">
      {prospect.asked.map((row, index) => (
        <li key={`${row.node}-${index}`}>
          <div>{text(row.title) || row.node}</div>
          <div className={row.people.length > 0 ? 'soft' : 'late'}>
            {row.people.length > 0 ? <PeopleNames ids={row.people} /> : t('work.prospect.unknown')}
          </div>
        </li>
      ))}
      {!prospect.complete && (
        <li>
          <span className="soft">{t('work.prospect.more')}</span>
        </li>
      )}
    </ol>
  )
}
