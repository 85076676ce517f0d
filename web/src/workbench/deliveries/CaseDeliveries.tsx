/** What a case sent to the outside, for those who may know; nothing where it sent nothing. */
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../i18n'
import { Refusal } from '../../shared/Refusal'
import { whenText } from '../../shared/when'
import { NextPage } from '../lists'
import { KindTag, SendAgain, Standing, What, Whom } from './parts'
import { useDeliveries } from './useDeliveries'
import './deliveries.css'

export default function CaseDeliveries({ id }: { id: string }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const found = useDeliveries({ case: id }, 10)
  const items = found.data?.pages.flatMap((page) => page.items) ?? []
  if (items.length === 0 && found.error === null) return null
  return (
    <section className="panel" aria-label={t('work.sent.title')}>
      <div className="panel-head">
        <h2>{t('work.sent.title')}</h2>
      </div>
      <div className="panel-body">
        <Refusal error={found.error} retry={() => void found.refetch()} />
        <ul className="sent-list">
          {items.map((one) => (
            <li key={one.id} data-testid="delivery">
              <span className="sent-line">
                <strong>
                  <What about={one} />
                </strong>
                <KindTag about={one} />
                <Whom about={one} />
              </span>
              <Standing about={one} />
              <span className="sent-line">
                <time className="soft" dateTime={one.created_at}>
                  {whenText(one.created_at, language)}
                </time>
                <SendAgain about={one} />
              </span>
            </li>
          ))}
        </ul>
        <NextPage found={found} />
      </div>
    </section>
  )
}
