/** Trying a design: the form, who starts, then tasks one by one as anybody; the way lights up, nothing outside happens. */
import { FastForwardOutlined, PlayCircleOutlined, PushpinFilled, ReloadOutlined, RollbackOutlined, SaveOutlined } from '@ant-design/icons'
import { useMutation } from '@tanstack/react-query'
import { Alert, App, Button, Input, Modal, Select, Tabs, Tag } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '../api/problem'
import { useMe } from '../auth/session'
import { useLanguage } from '../i18n'
import { Refusal } from '../shared/Refusal'
import { designs } from '../designer/api'
import { formsOf, useCatalogue, useLibrary, useNamed } from '../designer/catalogue'
import type { Mark } from '../designer/flow/Card'
import { FormPreview } from '../designer/forming/Preview'
import { useMeant } from '../designer/overlays/useMeant'
import { FlowSheet } from '../designer/subnav/FlowSheet'
import { replaced, settled, useDesign } from '../designer/store/design'
import type { Config } from '../designer/types'
import { edgeWords, nodeWords } from '../designer/words'
import { lengthText } from '../shared/when'
import { ValueView } from '../workbench/cases/values'
import { outcomeName } from '../workbench/tasks/outcomes'
import type { Field } from '../workbench/plan'
import '../workbench/workbench.css'
import { outputsOf, played as remember, useTried } from './one/tried'
import { Pins } from './Pins'
import { Scenarios } from './Scenarios'
import { Stubs } from './Stubs'
import { TaskPanel } from './TaskPanel'
import type { Played, Step } from './played'
import './simulator.css'

/** How far the clock can be moved at once, and how many hours that is. */
const WAITS = [['1h', 1], ['4h', 4], ['1d', 24], ['3d', 72], ['1w', 168]] as const // prettier-ignore

const pinned = () => outputsOf(useTried.getState().tried)

/** Keeps what was played: the start, the steps, and what the server answered. The server keeps nothing. */
function usePlay() {
  const { language } = useLanguage()
  const { message } = App.useApp()
  const [start, setStart] = useState<{ as: string; data: Config } | null>(null)
  const [steps, setSteps] = useState<Step[]>([])
  const [stubs, setStubs] = useState<Config>({})
  const [played, setPlayed] = useState<Played | null>(null)
  const asked = useMutation({
    mutationFn: async (next: { start: { as: string; data: Config }; steps: Step[]; stubs: Config }) => {
      await settled()
      const { design } = useDesign.getState()
      const found = (await designs.simulate(design!.id, { start: next.start, steps: next.steps, actions: next.stubs, pins: pinned() })) as Played
      if (found.refused) {
        void message.warning(found.refused[language])
        if (next.steps.length > 0) next = { ...next, steps: next.steps.slice(0, Math.max(0, found.refused.step - 1)) }
        else return
      }
      remember({ start: next.start, steps: next.steps, actions: next.stubs })
      setStart(next.start)
      setSteps(next.steps)
      setStubs(next.stubs)
      setPlayed(found)
    },
  })
  const play = (next: Partial<{ start: { as: string; data: Config }; steps: Step[]; stubs: Config }>) => {
    const from = next.start ?? start
    if (from !== null) asked.mutate({ start: from, steps: next.steps ?? steps, stubs: next.stubs ?? stubs })
  }
  const reset = () => (setPlayed(null), setSteps([]), setStart(null))
  return { start, steps, stubs, played, play, reset, asked }
}

function Begin({ begin, busy, barred }: { begin: (as: string, data: Config) => void; busy: boolean; barred: boolean }) {
  const { t } = useTranslation()
  const me = useMe()
  const model = useMeant()!
  const library = useLibrary()
  const [as, setAs] = useState(me.person)
  const [data, setData] = useState<Config>({})
  const name = model.start?.form as string | undefined
  const form = name ? formsOf(model, library)[name] : { fields: model.data ?? {} }
  return (
    <div className="sim-start">
      <h3>{t('sim.startTitle')}</h3>
      <p className="soft">{t('sim.startHint')}</p>
      <label className="prop-name" htmlFor="sim-as">{t('sim.initiator')}</label>
      <Select id="sim-as" showSearch={{ optionFilterProp: 'label' }} value={as} options={library.users.map((user) => ({ value: user.id, label: user.name }))} onChange={setAs} style={{ width: '100%', marginBottom: 14 }} />
      {form && <FormPreview id="sim" form={form} data={data} change={setData} />}
      <Button type="primary" block icon={<PlayCircleOutlined />} loading={busy} disabled={barred} onClick={() => begin(as, data)} data-testid="sim-start">{t('sim.start')}</Button>
    </div>
  )
} // prettier-ignore

/** How a played case ended, as the end is called that gives this outcome. */
function useEndWords(): (outcome: string) => string {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const model = useMeant()
  return (outcome) => outcomeName(outcome, text(model?.nodes.find((node) => node.kind === 'end' && node.config.outcome === outcome)?.title), t)
}

function Ended({ played }: { played: Played }) {
  const { t } = useTranslation()
  const words = useEndWords()
  const { status, outcome } = played.case
  const open = status === 'open' || status === 'running'
  return <Tag className={open ? 'tag-open' : status === 'failed' ? 'tag-bad' : 'tag-live'} data-testid="sim-status">{open ? t('sim.running') : t('sim.ended', { outcome: words(outcome ?? status) })}</Tag>
} // prettier-ignore

/** What the played case knows, as a case page shows it. */
function Known({ data }: { data: Config }) {
  const { t } = useTranslation()
  const named = useNamed()
  return (
    <details className="sim-data" open>
      <summary>{t('sim.data')}</summary>
      <dl className="values">
        {Object.entries(data).map(([key, value]) => {
          const field = named.find((one) => one.name === `data.${key}`)
          return <div key={key}><dt>{field?.title ?? key}</dt><dd><ValueView value={value} field={field?.schema as Field | undefined} /></dd></div>
        })}
      </dl>
    </details>
  )
} // prettier-ignore

function SaveAs({ simulation, name: suggested }: { simulation: unknown; name: string }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const { message } = App.useApp()
  const [name, setName] = useState<string | null>(null)
  const save = async () => {
    const { design, etag } = useDesign.getState()
    try {
      replaced(await designs.addScenario(design!.id, { name, simulation }, etag), t('sim.did.save', { name }))
      void message.success(t('sim.savedScenario', { name }))
      setName(null)
    } catch (error) {
      void message.error(sentenceOf(error, language))
    }
  }
  return (
    <>
      <Button icon={<SaveOutlined />} onClick={() => setName(suggested)} data-testid="sim-save">{t('sim.save')}</Button>
      <Modal open={name !== null} title={t('sim.save')} okText={t('sim.save')} cancelText={t('app.cancel')} onOk={() => void save()} onCancel={() => setName(null)} okButtonProps={{ 'data-testid': 'sim-save-ok' } as never}>
        <p className="soft">{t('sim.saveHint')}</p>
        <Input aria-label={t('sim.scenarioName')} value={name ?? ''} maxLength={100} onChange={(event) => setName(event.target.value)} onPressEnter={() => void save()} />
      </Modal>
    </>
  )
} // prettier-ignore

export default function Simulator() {
  const { t } = useTranslation()
  const { language, text, list } = useLanguage()
  const library = useLibrary()
  const model = useMeant()
  const may = useDesign((state) => state.design?.may.edit === true)
  const errors = useDesign((state) => state.problems.filter((one) => one.severity === 'error').length)
  const [tab, setTab] = useState('play')
  const { start, steps, stubs, played, play, reset, asked } = usePlay()
  const ended = useEndWords()
  const me = useMe()
  const catalogue = useCatalogue()
  const called = (id: string) => nodeWords(model?.nodes.find((node) => node.id === id), catalogue, language) || id
  const marks = useMemo(() => Object.fromEntries(Object.entries(played?.nodes ?? {}).map(([id, node]): [string, Mark] => [id, node.state as Mark])), [played])
  const lit = useMemo(() => new Set(played?.edges ?? []), [played])
  const people = (ids: readonly string[]) => list(ids.map((id) => library.users.find((user) => user.id === id)?.name ?? id))
  const tried = useTried((state) => state.tried)
  const pins = useMemo(() => outputsOf(tried), [tried])
  const notes = useMemo(() => {
    const found: Record<string, React.ReactNode> = {}
    for (const id of Object.keys(pins)) found[id] = <><PushpinFilled /> {t('sim.pins.mark')}</>
    for (const [id, node] of Object.entries(played?.nodes ?? {})) if (node.visits > 1 && !(id in pins)) found[id] = t('sim.visits', { count: node.visits })
    for (const task of played?.tasks ?? []) found[task.node] = t('sim.waitsFor', { who: people(task.who) || t('design.nobody') })
    return found
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [played, library, t, pins])
  if (model === null) return null
  const suggested = `${text(model.head.title)} ${(played?.edges ?? []).flatMap((id) => { const edge = model.edges.find((one) => one.id === id); return edge?.way === 'branch' ? [edgeWords(edge, model, [], language)] : [] }).join(' ')} ${played?.case.outcome ? ended(played.case.outcome) : ''}`.trim().slice(0, 100) // prettier-ignore
  return (
    <div className="sim">
      <section className="sim-side">
        <Tabs
          activeKey={tab}
          onChange={setTab}
          items={[
            { key: 'play', label: t('sim.play') },
            { key: 'scenarios', label: t('sim.scenarios') },
          ]}
        />
        {tab === 'scenarios' && <Scenarios may={may} />}
        {tab === 'play' && (
          <>
            {errors > 0 && <Alert type="warning" showIcon title={t('sim.errors', { count: errors })} style={{ marginBottom: 12 }} />}
            <Refusal error={asked.error} />
            <Pins played={played} changed={() => play({})} />
            {played === null || start === null ? (
              <Begin busy={asked.isPending} barred={errors > 0} begin={(as, data) => play({ start: { as, data }, steps: [] })} />
            ) : (
              <>
                <div className="sim-head">
                  <Ended played={played} />
                  <span className="soft small">{new Date(played.now).toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB')}</span>
                </div>
                <div className="sim-tools">
                  <Button icon={<RollbackOutlined />} disabled={steps.length === 0} onClick={() => play({ steps: steps.slice(0, -1) })} data-testid="sim-back">{t('sim.back')}</Button>
                  <Button icon={<ReloadOutlined />} onClick={reset} data-testid="sim-again">{t('sim.again')}</Button>
                  {may && <SaveAs simulation={{ start, steps, actions: stubs, pins }} name={suggested} />}
                </div>
                {played.tasks.map((task) => <TaskPanel key={task.task} task={task} known={played.case.data} busy={asked.isPending} act={(step) => play({ steps: [...steps, step] })} />)}
                {played.incidents.map((one) => <Alert key={one.node} type="error" showIcon title={`${called(one.node)}${language === 'zh' ? '：' : ': '}${text(one)}`} action={<Button size="small" onClick={() => play({ steps: [...steps, { retry: { node: one.node, as: me.person } }] })}>{t('app.retry')}</Button>} />)}
                {played.waits.map((one) => <div key={one.node} className="sim-task"><strong>{t('sim.waitsMessage', { message: one.message })}</strong><Button size="small" onClick={() => play({ steps: [...steps, { message: { name: one.message, with: {} } }] })}>{t('sim.sendMessage')}</Button></div>)}
                {(played.clocks.length > 0 || played.next_due) && (
                  <div className="sim-time">
                    <FastForwardOutlined /> {t('sim.advance')}
                    {WAITS.map(([by, hours]) => <Button key={by} size="small" onClick={() => play({ steps: [...steps, { advance: by }] })}>{lengthText(hours * 60, language)}</Button>)}
                  </div>
                )}
                <Stubs played={played} stubs={stubs} change={(next) => play({ stubs: next })} />
                {Object.keys(played.case.data).length > 0 && <Known data={played.case.data} />}
              </>
            )}
          </>
        )}
      </section>
      <FlowSheet className="sim-flow" model={model} marks={marks} notes={notes} lit={lit} label={t('sim.way')} />
    </div>
  )
} // prettier-ignore
