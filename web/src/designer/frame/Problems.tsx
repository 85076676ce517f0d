/** What the compiler says of the design, live; a click leads to the node and the field. */
import { CheckCircleOutlined, CloseCircleFilled, CloseOutlined, WarningFilled } from '@ant-design/icons'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { sentenceIn, useLanguage } from '../../i18n'
import { useCatalogue } from '../catalogue'
import { select, useDesign } from '../store/design'
import type { Problem } from '../types'
import { named, nodeWords } from '../words'
import { fieldAt, stepOf } from './places'

/** Leads to where a problem is. */
export function useGoto(): (problem: Pick<Problem, 'node' | 'path' | 'field'>) => void {
  const go = useNavigate()
  const id = useDesign((state) => state.design?.id)
  return (problem) => {
    const step = stepOf(problem)
    const field = fieldAt(problem.path)
    select(problem.node ? [problem.node] : [], problem.field)
    void go(`/designer/${id}/${step}${step === 'form' && field ? `?field=${encodeURIComponent(field)}` : ''}`)
  }
}

function Row({ problem }: { problem: Problem }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const catalogue = useCatalogue()
  const model = useDesign((state) => state.model)
  const names = useDesign((state) => state.names)
  const show = useGoto()
  const node = model?.nodes.find((one) => one.id === problem.node)
  const hint = language === 'zh' ? problem.hint_zh : problem.hint_en
  return (
    <li>
      <button type="button" className={`problem ${problem.severity}`} onClick={() => show(problem)} data-testid="problem">
        {problem.severity === 'error' ? <CloseCircleFilled /> : <WarningFilled />}
        <span className="where">{node ? nodeWords(node, catalogue, language) : t(`design.step.${stepOf(problem)}`)}</span>
        <span>
          {sentenceIn(problem, language)}
          {hint && <span className="soft hint">{named(hint, names)}</span>}
        </span>
      </button>
    </li>
  )
}

export function Problems({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const problems = useDesign((state) => state.problems)
  const errors = problems.filter((one) => one.severity === 'error')
  const rest = problems.filter((one) => one.severity !== 'error')
  return (
    <section className="problems" aria-label={t('design.problems.title')}>
      <div className="problems-head">
        <h2>{t('design.problems.title')}</h2>
        <span className="soft" aria-live="polite">
          {errors.length > 0 && t('design.problems.errors', { count: errors.length })}
          {errors.length > 0 && rest.length > 0 && ' · '}
          {rest.length > 0 && t('design.problems.warnings', { count: rest.length })}
          {problems.length === 0 && (
            <>
              <CheckCircleOutlined /> {t('design.problems.none')} · {t('design.problems.noneHint')}
            </>
          )}
        </span>
        <Button type="text" size="small" icon={<CloseOutlined />} aria-label={t('design.problems.close')} onClick={close} />
      </div>
      <ol>
        {[...errors, ...rest].map((problem, index) => (
          <Row key={index} problem={problem} />
        ))}
      </ol>
    </section>
  )
}
