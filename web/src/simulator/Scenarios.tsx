/** The scenarios that a design keeps: run them all, see which fail and what they do not reach. */
import { CheckCircleFilled, CloseCircleFilled, DeleteOutlined, PlayCircleOutlined } from '@ant-design/icons'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { designs } from '../designer/api'
import { useCatalogue } from '../designer/catalogue'
import { replaced, settled, useDesign } from '../designer/store/design'
import { useMeant } from '../designer/overlays/useMeant'
import { nodeWords } from '../designer/words'
import { useLanguage, type Text } from '../i18n'
import { Nothing } from '../shared/Nothing'
import { Refusal } from '../shared/Refusal'
import './simulator.css'

/** Where a scenario fails and what is otherwise than written, in the user's language. */
export function Failed({ step, said }: { step: number | null; said: readonly Text[] }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  return (
    <>
      <span className="bad small">{step === null ? t('sim.failsAtStart') : t('sim.failsAt', { step: step + 1 })}</span>
      {said.map((line, index) => <span key={index} className="soft small sim-said">{text(line)}</span>)}
    </>
  )
} // prettier-ignore

export function Scenarios({ may }: { may: boolean }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const catalogue = useCatalogue()
  const design = useDesign((state) => state.design)!
  const errors = useDesign((state) => state.problems.filter((one) => one.severity === 'error').length)
  const model = useMeant()
  const listed = useQuery({ queryKey: ['scenarios', design.id, design.revision], queryFn: () => designs.scenarios(design.id) })
  const run = useMutation({ mutationFn: async () => (await settled(), designs.runScenarios(design.id)) })
  const drop = useMutation({
    mutationFn: async (name: string) => {
      replaced(await designs.dropScenario(design.id, name, useDesign.getState().etag), t('sim.did.drop', { name }))
    },
  })
  const items = listed.data?.items ?? []
  if (listed.isSuccess && items.length === 0) return <Nothing icon={<PlayCircleOutlined />} title={t('sim.noScenarios')} hint={t('sim.noScenariosHint')} />
  return (
    <>
      <Refusal error={listed.error ?? run.error ?? drop.error} />
      <Button type="primary" icon={<PlayCircleOutlined />} loading={run.isPending} disabled={errors > 0} onClick={() => run.mutate()} data-testid="run-scenarios">{t('sim.runAll')}</Button>
      {run.data && <p role="status" data-testid="scenarios-result">{t('sim.result', { passed: run.data.passed, failed: run.data.failed })}</p>}
      <ul className="sim-scenarios">
        {items.map((one) => {
          const verdict = run.data?.items.find((item) => item.name === one.name)
          return (
            <li key={one.name}>
              {verdict && (verdict.passed ? <CheckCircleFilled className="good" /> : <CloseCircleFilled className="bad" />)}
              <span><strong>{one.name}</strong><span className="soft small"> {t('sim.steps', { count: one.steps })}</span>
                {verdict && !verdict.passed && <Failed step={verdict.step} said={verdict.said} />}
              </span>
              <Button type="text" size="small" icon={<DeleteOutlined />} disabled={!may} aria-label={t('sim.removeScenario', { name: one.name })} onClick={() => drop.mutate(one.name)} />
            </li>
          )
        })}
      </ul>
      {run.data && run.data.coverage.missed.length > 0 && <p className="soft small">{t('sim.missed')} {run.data.coverage.missed.map((id) => nodeWords(model?.nodes.find((node) => node.id === id), catalogue, language) || id).join('、')}</p>}
    </>
  )
} // prettier-ignore
