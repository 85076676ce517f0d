/** The gate: what bars publishing and what is only worth knowing, each with the way to it. */
import { CheckCircleFilled, CloseCircleFilled, InfoCircleFilled, WarningFilled } from '@ant-design/icons'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schema } from '../../api/client'
import { sentenceIn, useLanguage } from '../../i18n'
import { Failed } from '../../simulator/Scenarios'
import { stepOf } from '../frame/places'
import { select, useDesign } from '../store/design'
import { named } from '../words'
import type { Problem } from '../types'

type Gate = Schema<'Gate'>
const MOST = 8
type State = 'good' | 'bad' | 'warn' | 'note'
const marks = { good: <CheckCircleFilled className="good" />, bad: <CloseCircleFilled className="bad" />, warn: <WarningFilled className="gate-warn" />, note: <InfoCircleFilled className="soft" /> } // prettier-ignore

function Check({ state, title, children }: { state: State; title: React.ReactNode; children?: React.ReactNode }) {
  return (
    <li data-state={state}>
      {marks[state]}
      <div>
        <span>{title}</span>
        {children}
      </div>
    </li>
  )
}

function Problems({ found }: { found: Problem[] }) {
  const { t } = useTranslation()
  const { text, language } = useLanguage()
  const id = useDesign((state) => state.design!.id)
  const overlay = useDesign((state) => state.design!.base !== null)
  const names = useDesign((state) => state.names)
  return (
    <ul className="gate-more">
      {found.slice(0, MOST).map((one, index) => (
        <li key={index}>
          <Link to={overlay ? `/designer/${id}/text` : `/designer/${id}/${stepOf(one)}`} onClick={() => one.node && select([one.node], one.field)}>
            {sentenceIn(one, language)}
          </Link>
          {text({ zh: one.hint_zh, en: one.hint_en }) && <span className="soft small hint">{named(text({ zh: one.hint_zh, en: one.hint_en }), names)}</span>}
        </li>
      ))}
      {found.length > MOST && <li className="soft">{t('publish.moreProblems', { count: found.length - MOST })}</li>}
    </ul>
  )
}

function Scenarios({ found }: { found: Gate }) {
  const { t } = useTranslation()
  const id = useDesign((state) => state.design!.id)
  const { passed, failed } = found.scenarios
  if (passed + failed === 0)
    return (
      <Check state="warn" title={t('publish.noScenarios')}>
        <Link to={`/designer/${id}/simulate`}>{t('publish.toTrial')}</Link>
      </Check>
    )
  return (
    <Check state={failed > 0 ? 'bad' : 'good'} title={failed > 0 ? t('publish.scenariosFail', { passed, failed }) : t('publish.scenariosPass', { passed })}>
      {failed > 0 && (
        <ul className="gate-more">
          {found.failures.map((one) => (
            <li key={one.name}>
              <strong>{one.name}</strong>
              {' '}
              <Failed step={one.step} said={one.said} />
            </li>
          ))}
          <li>
            <Link to={`/designer/${id}/simulate`}>{t('publish.toScenarios')}</Link>
          </li>
        </ul>
      )}
    </Check>
  )
}

function Overlays({ found }: { found: Gate }) {
  const { t } = useTranslation()
  if (found.overlays.length === 0) return null
  const bad = found.overlays.filter((one) => !one.ok)
  if (bad.length === 0) return <Check state="good" title={t('publish.overlaysFit', { count: found.overlays.length })} />
  return (
    <Check state="warn" title={t('publish.overlaysMisfit', { count: bad.length })}>
      <ul className="gate-more">
        {bad.map((one) => (
          <li key={one.design}>
            <Link to={`/designer/${one.design}/publish`}>{one.region || one.process}</Link>
          </li>
        ))}
      </ul>
    </Check>
  )
}

export function GateList({ found }: { found: Gate }) {
  const { t } = useTranslation()
  const { sentence } = useLanguage()
  const design = useDesign((state) => state.design)!
  const problems = found.problems as Problem[]
  const errors = problems.filter((one) => one.severity === 'error')
  const warnings = problems.filter((one) => one.severity !== 'error')
  const blockers = found.blockers.filter((one) => !['errors', 'scenarios_failed'].includes(one.code))
  const changes = found.changes ?? 0
  return (
    <ul className="gate" data-testid="gate">
      <Check state={found.errors === 0 ? 'good' : 'bad'} title={found.errors === 0 ? t('publish.noErrors') : t('publish.errors', { count: found.errors })}>
        {errors.length > 0 && <Problems found={errors} />}
      </Check>
      <Scenarios found={found} />
      {warnings.length > 0 && (
        <Check state="warn" title={t('publish.warnings', { count: warnings.length })}>
          <Problems found={warnings} />
        </Check>
      )}
      <Overlays found={found} />
      {blockers.map((one) => (
        <Check key={one.code} state="bad" title={sentence(one)} />
      ))}
      {design.published === null ? (
        <Check state="note" title={t('publish.first')} />
      ) : found.same ? (
        <Check state="note" title={t('publish.noChanges', { version: design.published.version })} />
      ) : (
        <Check state="note" title={t('publish.changes', { count: changes, version: design.published.version })}>
          <Link to={`/designer/${design.id}/publish/diff`}>{t('publish.seeChanges')}</Link>
        </Check>
      )}
      {design.published !== null && !found.same && found.errors === 0 && (
        <Check state="note" title={t('publish.replayFirst')}>
          <Link to={`/designer/${design.id}/replay`}>{t('publish.toReplay')}</Link>
        </Check>
      )}
      {found.open_cases > 0 && <Check state="note" title={t('publish.openCases', { count: found.open_cases })} />}
    </ul>
  )
}
