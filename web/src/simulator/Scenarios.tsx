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
import { useLanguage, type Language, type Text } from '../i18n'
import { Nothing } from '../shared/Nothing'
import { Refusal } from '../shared/Refusal'
import './simulator.css'

/** Ids of nodes and people within a sentence as their names, in quotes: so no other word is taken for one. */
export function withNames(said: string, called: (id: string) => string | undefined, language: Language): string {
  const quoted = (name: string) => (language === 'zh' ? `「${name}」` : `“${name}”`)
  const found = (id: string) => (SAID.has(id) ? undefined : called(id))
  return said.replace(/'?\b([a-z][a-z0-9_]*)\b'?/g, (whole, id: string) => (found(id) ? quoted(found(id)!) : whole))
}

/** Words of the sentences themselves. */
const SAID = new Set('data title expected found is not there open also was were visited entered before left and of but refused with accepted ended still nothing missing a the'.split(' '))

/** Where a scenario fails and what is otherwise than written, in the user's language. */
export function Failed({ step, said }: { step: number | null; said: readonly Text[] }) {
  const { t } = useTranslation()
  const { text, language } = useLanguage()
  const catalogue = useCatalogue()
  const names = useDesign((state) => state.names)
  const model = useMeant()
  const called = (id: string) => {
    const node = model?.nodes.find((one) => one.id === id)
    return node ? nodeWords(node, catalogue, language) : names[id]
  }
  return (
    <>
      <span className="bad small">{step === null ? t('sim.failsAtStart') : t('sim.failsAt', { step: step + 1 })}</span>
      {said.map((line, index) => <span key={index} className="soft small sim-said">{withNames(text(line), called, language)}</span>)}
    </>
  )
} // prettier-ignore

export function Scenarios({ may }: { may: boolean }) {
  const { t } = useTranslation()
  const { language, list } = useLanguage()
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
      {run.data && run.data.coverage.missed.length > 0 && <p className="soft small">{t('sim.missed')} {list(run.data.coverage.missed.map((id) => nodeWords(model?.nodes.find((node) => node.id === id), catalogue, language) || id))}</p>}
    </>
  )
} // prettier-ignore
