/** Which sample data expressions are tried on: one of a list, or one's own as a form or JSON. Nothing typed is lost. */
import { Alert, Button, Modal, Radio, Segmented } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Loading } from '../../../app/Loading'
import { useLanguage } from '../../../i18n'
import type { Config } from '../../types'
import { faultIn } from './json'
import type { Place } from './place'
import { picked, useChoice, useSamples, type Choice, type Offered } from './samples'

const SampleJson = lazy(() => import('./SampleJson'))
const SampleForm = lazy(() => import('./SampleForm'))

const keyOf = (one: { source: string; name?: string | null }) => (one.source === 'scenario' ? `scenario:${one.name}` : one.source)
const choiceOf = (one: Offered): Choice => (one.source === 'scenario' ? { source: 'scenario', name: one.name ?? '' } : { source: one.source })
const printed = (names: unknown) => JSON.stringify(names, null, 2)

/** What one has written, as text: so that what is no JSON yet stays too. */
function Own({ text, change }: { text: string; change: (text: string) => void }) {
  const { t } = useTranslation()
  const [view, setView] = useState<'form' | 'json'>('json')
  const fault = faultIn(text)
  const names = fault === null ? (JSON.parse(text) as Config) : {}
  return (
    <>
      <Segmented<'form' | 'json'> size="small" value={fault ? 'json' : view} disabled={fault !== null} onChange={setView} options={[{ value: 'json', label: 'JSON' }, { value: 'form', label: t('live.panel.form') }]} />
      <Suspense fallback={<Loading />}>
        {view === 'form' && fault === null ? <div className="sample-form"><SampleForm data={(names.data as Config | undefined) ?? {}} change={(data) => change(printed({ ...names, data }))} /></div> : <SampleJson text={text} editable change={change} label={t('live.panel.data')} />}
      </Suspense>
      {fault && <p className="prop-problem error" role="alert" data-testid="sample-fault">{fault.line ? t('live.panel.badJson', { line: fault.line, column: fault.column }) : t('live.panel.noObject')}</p>}
    </>
  )
} // prettier-ignore

export function SamplePanel({ place, close }: { place: Place; close: () => void }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const [choice, choose] = useChoice()
  const { items } = useSamples(place)
  const sample = picked(items, choice)
  const [key, setKey] = useState<string | null>(null)
  const [typed, setTyped] = useState<string | null>(null)
  const [roomless, setRoomless] = useState(false)
  const now = key ?? (choice === null || sample === null ? 'auto' : keyOf(sample))
  const source = now === 'auto' ? picked(items, null) : (items.find((one) => keyOf(one) === now) ?? sample)
  const text = typed ?? printed(source?.names ?? {})
  const bad = now === 'own' && faultIn(text) !== null
  const called = (one: { source: string; name?: string | null }) => (one.source === 'scenario' ? t('live.panel.scenario', { name: one.name }) : t(`live.panel.${one.source}`))
  const edit = () => (setTyped(text), setKey('own'))
  const use = () => {
    const found = items.find((one) => keyOf(one) === now)
    const made: Choice = now === 'own' ? { source: 'own', names: JSON.parse(text) as Config, now: source?.now ?? null } : found ? choiceOf(found) : null
    if (choose(made)) close()
    else setRoomless(true)
  }
  const best = picked(items, null)
  const options = [
    { value: 'auto', label: t('live.panel.auto', { name: best ? called(best) : '…' }) },
    ...items.map((one) => ({ value: keyOf(one), label: called(one) + (one.source === 'made' || one.reached || place.node === '' ? '' : t('live.panel.unreached')) })),
    { value: 'own', label: t('live.panel.own') },
  ]
  return (
    <Modal open title={t('live.panel.title')} onCancel={close} onOk={use} okText={t('live.panel.use')} cancelText={t('app.cancel')} okButtonProps={{ disabled: bad, 'data-testid': 'sample-use' } as never} width={640}>
      <p className="soft">{t('live.panel.about')}</p>
      <Radio.Group className="sample-list" aria-label={t('live.panel.title')} value={now} options={options} onChange={(event) => { const next = event.target.value as string; if (next === 'own') edit(); else setKey(next) }} />
      <div className="sample-data">
        <header>
          <h4>{t('live.panel.data')}</h4>
          {source?.now && <span className="soft small">now() = {new Date(source.now).toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB')}</span>}
          {now !== 'own' && <Button size="small" onClick={edit} data-testid="sample-edit">{t('live.panel.edit')}</Button>}
        </header>
        {now === 'own' ? <Own text={text} change={setTyped} /> : <Suspense fallback={<Loading />}><SampleJson text={printed(source?.names ?? {})} editable={false} change={() => {}} label={t('live.panel.data')} /></Suspense>}
        {roomless && <Alert type="warning" showIcon title={t('live.panel.roomless')} />}
      </div>
    </Modal>
  )
} // prettier-ignore
