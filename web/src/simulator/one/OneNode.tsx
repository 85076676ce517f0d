/** One node, run alone: the data that it is given, what became of it, and the pin that keeps its output. */
import { CaretRightOutlined, FastForwardOutlined, PushpinFilled, PushpinOutlined, ReloadOutlined, RollbackOutlined } from '@ant-design/icons'
import { useMutation } from '@tanstack/react-query'
import { Alert, App, Button, Drawer, Input } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '../../auth/session'
import { useLanguage } from '../../i18n'
import { Refusal } from '../../shared/Refusal'
import { usePhone } from '../../shared/usePhone'
import { lengthText, whenText } from '../../shared/when'
import { useCatalogue } from '../../designer/catalogue'
import { useMeant } from '../../designer/overlays/useMeant'
import { settled, useDesign } from '../../designer/store/design'
import type { Config } from '../../designer/types'
import { nodeWords } from '../../designer/words'
import type { Step } from '../played'
import { Stubs } from '../Stubs'
import { TaskPanel } from '../TaskPanel'
import { sampleNode, tryNode } from './calls'
import { bare, first, type Source } from './given'
import { GivenEditor } from './GivenEditor'
import { Outcome } from './Outcome'
import { closeNode, pin, ran, release, useTried } from './tried'
import type { Given, NodeTrial, Run, Wait } from './types'
import '../simulator.css'
import './one.css'

const WAITS = [['1h', 60], ['1d', 1440], ['3d', 4320]] as const // prettier-ignore

/** The data at first: pinned, of the last run, else from the server. */
function useGiven(node: string) {
  const me = useMe().person
  const tried = useTried((state) => state.tried)
  const [held, setHeld] = useState<{ given: Given; source: Source; scenario?: string | null; reached?: boolean } | null>(() => first(tried.pins[node], tried.runs[node], tried.played?.at))
  const sampled = useMutation({
    mutationFn: async () => {
      await settled()
      const { design } = useDesign.getState()
      const simulation = useTried.getState().tried.played?.simulation
      return sampleNode(design!.id, { node, ...(simulation ? { simulation } : {}) })
    },
    onSuccess: ({ source, scenario, reached, ...given }) => setHeld({ given, source, scenario, reached }),
    onError: () => setHeld((now) => now ?? { given: bare(me), source: 'example' }),
  })
  const { mutate } = sampled
  const missing = held === null
  useEffect(() => {
    if (missing) mutate()
  }, [missing, mutate])
  return { held, setHeld, sampled }
}

/** Runs the node; what it answered is kept. */
function useRun(node: string) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const { message } = App.useApp()
  const kept = useTried((state) => state.tried.runs[node])
  const [run, setRun] = useState<Run | null>(kept ?? null)
  const asked = useMutation({
    mutationFn: async ({ given, steps, stubs }: { given: Given; steps: Step[]; stubs: Config }) => {
      await settled()
      const { people, settings, at, ...rest } = given
      const trial = await tryNode(useDesign.getState().design!.id, { node, ...rest, people: people ?? null, settings: settings ?? {}, at: at ?? null, steps, actions: stubs })
      const { refused } = trial
      if (refused !== null && refused.step > 0) {
        void message.warning(text(refused))
        steps = steps.slice(0, refused.step - 1)
      }
      return { at: Date.now(), given, steps, stubs, trial, output: trial.output } satisfies Run
    },
    onSuccess: (made) => {
      setRun(made)
      if (!ran(node, made)) void message.info(t('sim.one.notKept'))
    },
  })
  return { run, asked, last: run !== null && run === kept ? kept.at : null }
}

function Message({ wait, send }: { wait: Wait; send: (step: Step) => void }) {
  const { t } = useTranslation()
  const match = wait.field ? { [wait.field]: wait.key } : {}
  const [text, setText] = useState(() => JSON.stringify(match, null, 2))
  const [bad, setBad] = useState(false)
  const go = () => {
    try {
      const found: unknown = JSON.parse(text)
      setBad(false)
      send({ message: { name: wait.message, with: found } })
    } catch {
      setBad(true)
    }
  }
  return (
    <div className="sim-task">
      <strong>{t('sim.waitsMessage', { message: wait.message })}</strong>
      <Input.TextArea aria-label={t('sim.one.messageFields')} className="mono small" autoSize={{ minRows: 2, maxRows: 8 }} status={bad ? 'error' : undefined} value={text} onChange={(event) => setText(event.target.value)} />
      <Button size="small" onClick={go} data-testid="one-send">{t('sim.sendMessage')}</Button>
    </div>
  )
} // prettier-ignore

/** What may be done while it waits: answers, messages, time. */
function Acts({ trial, act, busy, known }: { trial: NodeTrial; act: (step: Step) => void; busy: boolean; known: Config }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const until = trial.next_due === null ? 0 : Math.ceil((Date.parse(trial.next_due) - Date.parse(trial.now)) / 1000)
  return (
    <>
      {trial.tasks.map((task) => <TaskPanel key={`${task.task} ${task.who.join()}`} task={task} known={task.called ? {} : known} busy={busy} act={act} />)}
      {trial.waits.map((wait) => <Message key={`${wait.node} ${wait.message}`} wait={wait} send={act} />)}
      {trial.next_due !== null && (
        <div className="sim-time">
          <FastForwardOutlined /> {t('sim.advance')}
          {until > 0 && <Button size="small" disabled={busy} onClick={() => act({ advance: `${until}s` })} data-testid="one-due">{t('sim.one.toDue')}</Button>}
          {WAITS.map(([by, minutes]) => <Button key={by} size="small" disabled={busy} onClick={() => act({ advance: by })}>{lengthText(minutes, language)}</Button>)}
        </div>
      )}
    </>
  )
} // prettier-ignore

function Pinning({ node, given, run }: { node: string; given: Given; run: Run | null }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const pinned = useTried((state) => state.tried.pins[node])
  const output = run?.output ?? null
  const put = () => {
    const kept = pin(node, { at: Date.now(), given: output && run ? run.given : given, output })
    void (kept ? message.success(output ? t('sim.one.didPin') : t('sim.one.didPinData')) : message.warning(t('sim.one.tooLarge')))
  }
  return (
    <div className="one-pin">
      <Button icon={<PushpinOutlined />} onClick={put} data-testid="one-pin">{output ? t('sim.one.pinOutput') : t('sim.one.pinData')}</Button>
      {pinned && <Button type="text" icon={<PushpinFilled />} onClick={() => release(node)} data-testid="one-release">{t('sim.one.release')}</Button>}
      <span className="soft small">{pinned ? (pinned.output ? t('sim.one.pinned') : t('sim.one.pinnedData')) : output ? t('sim.one.pinHint') : t('sim.one.pinDataHint')}</span>
    </div>
  )
} // prettier-ignore

/** What the server says of single fields, by their names. */
function saidOf(trial: NodeTrial | null, language: string): Record<string, string> {
  const { refused } = trial ?? {}
  if (!refused || refused.step !== 0) return {}
  return ((language === 'zh' ? refused.detail?.fields_zh : null) ?? refused.detail?.fields ?? {}) as Record<string, string>
}

export default function OneNode({ node }: { node: string }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const catalogue = useCatalogue()
  const model = useMeant()
  const errors = useDesign((state) => state.problems.filter((one) => one.severity === 'error').length)
  const { held, setHeld, sampled } = useGiven(node)
  const { run, asked, last } = useRun(node)
  const [sound, setSound] = useState(true)
  const [reset, setReset] = useState(0)
  const phone = usePhone()
  const result = useRef<HTMLElement>(null)
  const fresh = asked.data?.at
  useEffect(() => {
    if (phone && fresh !== undefined) result.current?.scrollIntoView({ block: 'start' })
  }, [phone, fresh])
  const shown = model?.nodes.find((one) => one.id === node)
  if (model === null || shown === undefined) return null
  const name = nodeWords(shown, catalogue, language)
  const trial = run?.trial ?? null
  const start = () => held && asked.mutate({ given: held.given, steps: [], stubs: run?.stubs ?? {} })
  const on = (more: Partial<{ steps: Step[]; stubs: Config }>) => run && asked.mutate({ given: run.given, steps: run.steps, stubs: run.stubs, ...more })
  const action = shown.kind === 'action' ? String(shown.config.do ?? '') : ''
  const gave = run?.output && 'result' in run.output && run.output.result !== null ? { [action]: { returns: run.output.result } } : {}
  const stubs = { ...trial?.stubs, ...(action && trial && !(action in trial.stubs) ? gave : {}) }
  const again = () => sampled.mutateAsync().then(() => setReset((count) => count + 1), () => {})
  return (
    <Drawer open rootClassName="one" size={920} title={t('sim.one.title', { name })} onClose={closeNode} data-testid="one-node"
      extra={<Button type={trial !== null && trial.tasks.length > 0 ? 'default' : 'primary'} icon={<CaretRightOutlined />} loading={asked.isPending} disabled={held === null || !sound || errors > 0} onClick={start} data-testid="one-run">{t('sim.one.run')}</Button>}>
      {errors > 0 && <Alert type="warning" showIcon title={t('sim.one.errors', { count: errors })} style={{ marginBottom: 12 }} />}
      <div className="one-halves">
        <section className="one-given" aria-label={t('sim.one.given')}>
          <header>
            <h3>{t('sim.one.given')}</h3>
            <Button type="text" size="small" icon={<ReloadOutlined />} loading={sampled.isPending} onClick={() => void again()} data-testid="one-sample">{t('sim.one.sample')}</Button>
          </header>
          <Refusal error={sampled.error} />
          {held && (
            <>
              <p className="soft small" data-testid="one-source">{held.source === 'scenario' ? t(held.reached ? 'sim.one.source.scenario' : 'sim.one.source.begun', { name: held.scenario }) : t(`sim.one.source.${held.source}`)}</p>
              <GivenEditor key={`${reset} ${held.source}`} node={node} given={held.given} said={saidOf(trial, language)} change={(given, right) => (setSound(right), setHeld({ ...held, given }))} />
            </>
          )}
        </section>
        <section ref={result} className="one-result" aria-label={t('sim.one.result')} aria-live="polite">
          <header>
            <h3>{t('sim.one.result')}</h3>
            {last !== null && <span className="soft small" data-testid="one-last">{t('sim.one.lastAt', { at: whenText(new Date(last).toISOString(), language) })}</span>}
            {run !== null && run.steps.length > 0 && <Button type="text" size="small" icon={<RollbackOutlined />} onClick={() => on({ steps: run.steps.slice(0, -1) })}>{t('sim.back')}</Button>}
          </header>
          <Refusal error={asked.error} />
          {trial === null ? (
            <p className="soft">{run?.output ? t('sim.one.onlyOutput') : t('sim.one.nothingYet')}</p>
          ) : (
            <>
              <Outcome trial={trial}>{(trial.state === 'open' || trial.tasks.length > 0) && <Acts trial={trial} known={run!.given.data} busy={asked.isPending} act={(step) => on({ steps: [...run!.steps, step] })} />}</Outcome>
              <Stubs key={run!.at} played={{ stubs }} stubs={run!.stubs} change={(next) => on({ stubs: next, steps: [] })} />
            </>
          )}
          {held && <Pinning node={node} given={held.given} run={run} />}
        </section>
      </div>
    </Drawer>
  )
} // prettier-ignore
