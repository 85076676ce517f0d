/** Fault drills: an action is down, somebody says nothing, a message comes twice; and what the process then does. */
import { ThunderboltOutlined } from '@ant-design/icons'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Alert, Button, Select } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answered, api } from '../../api/client'
import { useMe } from '../../auth/session'
import { useLanguage } from '../../i18n'
import { Nothing } from '../../shared/Nothing'
import { Refusal } from '../../shared/Refusal'
import { formsOf, useCatalogue, useLibrary } from '../catalogue'
import { FormPreview } from '../forming/Preview'
import { useMeant } from '../overlays/useMeant'
import { settled, useDesign } from '../store/design'
import { TrialNav } from '../subnav/TrialNav'
import type { Config } from '../types'
import { Drilled, type DrilledFault } from './Drilled'
import { FaultPicks } from './FaultPicks'
import { asked, faultsOf, FOR, keyOf, MOST, type Fault, type Kind } from './faults'
import { walk } from './walk'
import './drill.css'

const FRESH = ''

/** The case that is drilled: a saved scenario, or a start whose people all agree. */
function Example({ scenario, choose, as, setAs, data, setData }: { scenario: string; choose: (name: string) => void; as: string; setAs: (person: string) => void; data: Config; setData: (data: Config) => void }) {
  const { t } = useTranslation()
  const design = useDesign((state) => state.design)!
  const model = useMeant()!
  const library = useLibrary()
  const listed = useQuery({ queryKey: ['scenario-names', design.id, design.revision], queryFn: () => answered(api.GET('/api/v1/designs/{design}/scenarios', { params: { path: { design: design.id } } })) })
  const names = listed.data?.items.map((one) => one.name) ?? []
  const form = model.start?.form ? formsOf(model, library)[String(model.start.form)] : { fields: model.data ?? {} }
  return (
    <section className="panel panel-body drill-example">
      <h3>{t('drill.example')}</h3>
      <Refusal error={listed.error} />
      <Select aria-label={t('drill.example')} value={scenario} onChange={choose} loading={listed.isPending} options={[...names.map((name) => ({ value: name, label: t('drill.scenario', { name }) })), { value: FRESH, label: t('drill.fresh') }]} data-testid="drill-example" />
      {scenario === FRESH && (
        <>
          <p className="soft small">{t('drill.freshHint')}</p>
          <label className="prop-name" htmlFor="drill-as">{t('drill.initiator')}</label>
          <Select id="drill-as" showSearch={{ optionFilterProp: 'label' }} value={as} options={library.users.map((user) => ({ value: user.id, label: user.name }))} onChange={setAs} />
          {form && <FormPreview id="drill" form={form} data={data} change={setData} />}
        </>
      )}
    </section>
  )
} // prettier-ignore

function useDrill(scenario: string, start: { as: string; data: Config }, lengths: Record<Kind, string>) {
  const id = useDesign((state) => state.design!.id)
  return useMutation({
    mutationFn: async (faults: Fault[]) => {
      await settled()
      const played = scenario === FRESH ? await walk(id, start) : null
      const refused = played?.played.refused
      if (refused && played?.steps.length === 0) return { refused, items: [] as DrilledFault[] }
      const what = played ? { simulation: { start: played.start, steps: played.steps } } : { scenario }
      const body = { ...what, faults: faults.map((fault) => asked(fault, lengths)) } as never
      const found = await answered(api.POST('/api/v1/designs/{design}/drill', { params: { path: { design: id } }, body }))
      return { refused: null, items: found.items }
    },
  })
}

export default function DrillPage() {
  const { t } = useTranslation()
  const { text, language } = useLanguage()
  const me = useMe()
  const catalogue = useCatalogue()
  const design = useDesign((state) => state.design)!
  const model = useMeant()
  const errors = useDesign((state) => state.problems.filter((one) => one.severity === 'error').length)
  const faults = useMemo(() => (model === null ? [] : faultsOf(model, catalogue, language)), [model, catalogue, language])
  const first = /^\s*(?:- )?scenario:\s*["']?(.+?)["']?\s*$/m.exec(design.scenarios)?.[1] ?? FRESH
  const [scenario, setScenario] = useState(first)
  const [as, setAs] = useState(me.person)
  const [data, setData] = useState<Config>({})
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const [lengths, setLengths] = useState<Record<Kind, string>>({ action_down: FOR.action_down!, silent: FOR.silent!, twice: '' })
  const run = useDrill(scenario, { as, data }, lengths)
  const wanted = faults.filter((fault) => !left.has(keyOf(fault))).slice(0, MOST)
  if (model === null) return null
  return (
    <div className="step-page trial-page">
      <TrialNav />
      <p className="soft trial-about">{t('drill.about')}</p>
      {errors > 0 && <Alert type="warning" showIcon title={t('drill.errors', { count: errors })} style={{ marginBottom: 16 }} />}
      {faults.length === 0 ? (
        <section className="panel"><Nothing icon={<ThunderboltOutlined />} title={t('drill.none')} hint={t('drill.noneHint')} /></section>
      ) : (
        <div className="drill">
          <div className="drill-side">
            <Example scenario={scenario} choose={setScenario} as={as} setAs={setAs} data={data} setData={setData} />
            <FaultPicks faults={faults} left={left} leave={setLeft} lengths={lengths} setLengths={setLengths} />
            <Button type="primary" block icon={<ThunderboltOutlined />} loading={run.isPending} disabled={wanted.length === 0 || errors > 0} onClick={() => run.mutate(wanted)} data-testid="drill-run">
              {t('drill.run', { count: wanted.length })}
            </Button>
          </div>
          <div className="drill-found" aria-live="polite">
            <Refusal error={run.error} />
            {run.data?.refused && <Alert type="error" showIcon title={text(run.data.refused)} />}
            {!run.data && !run.error && <section className="panel"><Nothing icon={<ThunderboltOutlined />} title={t('drill.waiting')} hint={t('drill.waitingHint')} /></section>}
            {run.data?.items.map((one, index) => <Drilled key={index} found={one} />)}
          </div>
        </div>
      )}
    </div>
  )
} // prettier-ignore
