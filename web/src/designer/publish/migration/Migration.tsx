/** Moving open cases to another version: say which, try it, name successors, move them in batches, and undo it. */
import { ExperimentOutlined, SwapRightOutlined } from '@ant-design/icons'
import { useMutation } from '@tanstack/react-query'
import { Alert, App, Button, Radio, Select } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { answered, api } from '../../../api/client'
import { Loading } from '../../../app/Loading'
import { Nothing } from '../../../shared/Nothing'
import { Refusal } from '../../../shared/Refusal'
import { isOver, numberOf, useBatch, useChanged, useReleases, type Releases } from '../useReleases'
import { History } from './History'
import { NodeMap } from './NodeMap'
import { Outcome } from './Outcome'
import { usePlaces } from './nodes'

type Asked = { from: number; to: number; map: Record<string, string>; clocks: 'keep' | 'restart' }
const PACE = 20

/** The two versions, as the address or the figures suggest them. */
function useVersions(all: Releases): [number | null, number | null, (from: number | null, to: number | null) => void] {
  const [words, setWords] = useSearchParams()
  const named = (key: string) => {
    const found = Number(words.get(key))
    return all.versions.some((one) => one.version === found) ? found : null
  }
  const newest = all.versions.find((one) => !one.retired)?.version ?? null
  const to = named('to') ?? newest
  const from = named('from') ?? all.versions.find((one) => one.open_cases > 0 && one.version !== to)?.version ?? null
  const choose = (nextFrom: number | null, nextTo: number | null) => {
    const next: Record<string, string> = {}
    if (nextFrom !== null) next.from = String(nextFrom)
    if (nextTo !== null) next.to = String(nextTo)
    setWords(next, { replace: true })
  }
  return [from, to, choose]
}

function useAsk() {
  return useMutation({
    mutationFn: ({ process, dry, ...asked }: Asked & { process: string; dry: boolean }) =>
      answered(
        api.POST('/api/v1/processes/{process}/migrations', {
          params: { path: { process }, header: { 'idempotency-key': crypto.randomUUID() } },
          body: { ...asked, dry_run: dry, per_second: dry ? 1000 : PACE },
        }),
      ),
  })
}

function Desk({ all }: { all: Releases }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const changed = useChanged()
  const [from, to, choose] = useVersions(all)
  const [map, setMap] = useState<Record<string, string>>({})
  const [clocks, setClocks] = useState<'keep' | 'restart'>('keep')
  const [dry, setDry] = useState<string | null>(null)
  const [done, setDone] = useState<string | null>(null)
  const [tried, setTried] = useState('')
  const [route, setRoute] = useState({ from: 0, to: 0 })
  const ask = useAsk()
  const plan = useBatch(dry).data
  const moved = useBatch(done).data
  const places = usePlaces(all.process, to)
  const before = usePlaces(all.process, from)
  const asked = JSON.stringify([from, to, map, clocks])
  useEffect(() => {
    if (isOver(moved)) void changed()
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [moved?.status])
  const forget = () => (setDry(null), setDone(null), ask.reset())
  const send = async (dryRun: boolean) => {
    if (from === null || to === null) return
    const batch = await ask.mutateAsync({ process: all.process, from, to, map, clocks, dry: dryRun }).catch(() => null)
    if (batch === null) return
    setRoute({ from, to })
    if (dryRun) setTried(asked)
    ;(dryRun ? setDry : setDone)(batch.id)
  }
  const clean = numberOf(plan, 'clean')
  const stale = dry !== null && tried !== asked
  const sure = () =>
    modal.confirm({
      title: t('migrate.sure', { count: clean, from, to }),
      content: t('migrate.sureHint'),
      okText: t('migrate.do', { count: clean }),
      cancelText: t('app.cancel'),
      onOk: () => send(false),
    })
  const options = all.versions.map((one) => ({ value: one.version, label: `v${one.version} · ${t('publish.openCount', { count: one.open_cases })}`, count: one.open_cases }))
  const busy = ask.isPending || plan?.status === 'running' || moved?.status === 'running'
  return (
    <section className="panel panel-body migrate">
      <h3>{done === null ? t('migrate.which') : t('migrate.did', { from: route.from, to: route.to })}</h3>
      {done === null && <div className="migrate-which">
        <Select aria-label={t('migrate.from')} value={from} disabled={busy} options={options.filter((one) => one.count > 0 || one.value === from)} onChange={(next) => (choose(next, to), setMap({}), forget())} placeholder={t('migrate.from')} />
        <SwapRightOutlined aria-hidden />
        <Select aria-label={t('migrate.to')} value={to} disabled={busy} options={options.filter((one) => one.value !== from)} onChange={(next) => (choose(from, next), setMap({}), forget())} placeholder={t('migrate.to')} />
      </div>}
      {done === null && <Radio.Group vertical disabled={busy} aria-label={t('migrate.clocks')} value={clocks} onChange={(event) => setClocks(event.target.value)} options={(['keep', 'restart'] as const).map((one) => ({ value: one, label: t(`migrate.clock.${one}`) }))} />}
      <Refusal error={ask.error} />
      {done === null && (
        <div className="migrate-do">
          <Button type={dry === null || stale || clean === 0 ? 'primary' : 'default'} icon={<ExperimentOutlined />} disabled={from === null || to === null || from === to} loading={busy && done === null} onClick={() => void send(true)} data-testid="migrate-dry">
            {t(dry === null ? 'migrate.dry' : 'migrate.dryAgain')}
          </Button>
          <span className="soft small">{t('migrate.dryHint')}</span>
        </div>
      )}
      {plan && done === null && <Outcome batch={plan} before={before} />}
      {plan && isOver(plan) && done === null && <NodeMap batch={plan} places={places} before={before} map={map} change={setMap} />}
      {stale && done === null && <Alert type="info" showIcon title={t('migrate.stale')} />}
      {isOver(plan) && done === null && !stale && clean > 0 && (
        <Button type="primary" loading={ask.isPending} disabled={!all.may.migrate} onClick={sure} data-testid="migrate-run">{t('migrate.do', { count: clean })}</Button>
      )}
      {moved && <Outcome batch={moved} before={before} />}
      {isOver(moved) && <Button onClick={() => (forget(), setMap({}))} data-testid="migrate-again">{t('migrate.another')}</Button>}
    </section>
  )
} // prettier-ignore

export function Migration() {
  const { t } = useTranslation()
  const found = useReleases()
  if (found.isPending) return <Loading />
  if (found.isError) return <Refusal error={found.error} retry={() => void found.refetch()} />
  const all = found.data
  if (!all.may.migrate) return <Nothing title={t('migrate.mayNot')} hint={t('migrate.mayNotHint')} />
  const open = all.versions.reduce((sum, one) => sum + one.open_cases, 0)
  return (
    <div className="migrate-page">
      <p className="soft migrate-about">{t('migrate.about')}</p>
      {open > 0 && all.versions.length > 1 ? (
        <Desk all={all} />
      ) : (
        <section className="panel">
          <Nothing title={t('migrate.nothing')} hint={t(all.versions.length > 1 ? 'migrate.nothingOpen' : 'migrate.oneVersion')} />
        </section>
      )}
      <History all={all} />
    </div>
  )
}
