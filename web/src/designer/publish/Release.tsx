/** Publishing the draft: what stands in the way, what it brings, and to whom it goes first. */
import { RocketOutlined } from '@ant-design/icons'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Alert, Button, Input, InputNumber, Radio, Result } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { answered, api } from '../../api/client'
import { Loading } from '../../app/Loading'
import { Refusal } from '../../shared/Refusal'
import { designs } from '../api'
import { arrived, settled, useDesign } from '../store/design'
import type { Value } from '../types'
import { GateList } from './Gate'
import { UnitsInput } from './UnitsInput'
import { useChanged, useReleases } from './useReleases'

type Who = 'all' | 'percent' | 'units'

function Published({ made, again }: { made: Value; again: () => void }) {
  const { t } = useTranslation()
  const { id } = useDesign((state) => state.design!)
  const { version, process, rollout, migrate } = made
  return (
    <div className="panel" data-testid="published">
      <Result
        status="success"
        title={t('publish.done', { version })}
        subTitle={
          <>
            {rollout && <p>{t('publish.staged')}</p>}
            {migrate && <p>{t('publish.openStay', { count: migrate.open_cases })}</p>}
          </>
        }
        extra={[
          <Link key="start" to={`/start/${process}`}><Button type="primary">{t('publish.startOne')}</Button></Link>,
          rollout && <Link key="rollout" to={`/designer/${id}/publish/releases`}><Button>{t('publish.toRollout')}</Button></Link>,
          migrate && <Link key="migrate" to={`/designer/${id}/publish/migrate?from=${migrate.body.from}&to=${migrate.body.to}`}><Button>{t('publish.toMigrate')}</Button></Link>,
          <Button key="more" onClick={again}>{t('publish.goOn')}</Button>,
        ]} // prettier-ignore
      />
    </div>
  )
}

function HowPart({ who, choose, percent, setPercent, units, setUnits, first }: { who: Who; choose: (who: Who) => void; percent: number; setPercent: (percent: number) => void; units: string[]; setUnits: (units: string[]) => void; first: boolean }) {
  const { t } = useTranslation()
  const options = (['all', 'percent', 'units'] as const).map((one) => ({ value: one, label: t(`publish.to.${one}`), disabled: first && one !== 'all' }))
  return (
    <>
      <Radio.Group className="publish-who" vertical value={who} onChange={(event) => choose(event.target.value)} options={options} aria-label={t('publish.how')} />
      {first && <p className="soft small publish-hint">{t('publish.firstToAll')}</p>}
      {who === 'percent' && (
        <>
          <InputNumber aria-label={t('publish.to.percent')} min={1} max={99} suffix="%" value={percent} onChange={(next) => setPercent(next ?? 10)} />
          <p className="soft small publish-hint">{t('publish.percentHint')}</p>
        </>
      )}
      {who === 'units' && <UnitsInput value={units} change={setUnits} />}
    </>
  )
}

export function Release() {
  const { t } = useTranslation()
  const changed = useChanged()
  const design = useDesign((state) => state.design)!
  const releases = useReleases()
  const [notes, setNotes] = useState('')
  const [who, setWho] = useState<Who>('all')
  const [percent, setPercent] = useState(10)
  const [units, setUnits] = useState<string[]>([])
  const gate = useQuery({ queryKey: ['gate', design.id, design.revision], queryFn: async () => (await settled(), answered(api.GET('/api/v1/designs/{design}/gate', { params: { path: { design: design.id } } }))) })
  const publish = useMutation({
    mutationFn: async () => {
      await settled()
      const part = who === 'percent' ? { percent } : who === 'units' ? { units } : {}
      const { body } = await designs.publish(design.id, { notes, ...part }, useDesign.getState().etag)
      const now = await designs.open(design.id)
      arrived(now.body, now.etag)
      await changed()
      return body
    },
  })
  if (publish.data) return <Published made={publish.data} again={() => publish.reset()} />
  const found = gate.data
  const running = releases.data?.rollout ?? null
  const barred = !found?.ready || running !== null || !design.may.publish || (who === 'units' && units.length === 0)
  return (
    <div className="release">
      <section className="panel panel-body">
        <h3>{t('publish.gate')}</h3>
        <Refusal error={gate.error} retry={() => void gate.refetch()} />
        {gate.isPending && <Loading />}
        {found && <GateList found={found} />}
      </section>
      <section className="panel panel-body">
        <h3>{t('publish.how')}</h3>
        {running !== null && (
          <Alert type="warning" showIcon className="publish-busy" title={t('publish.rolloutRuns', { version: running.version })} description={<Link to={`/designer/${design.id}/publish/releases`}>{t('publish.toRollout')}</Link>} />
        )}
        <label className="prop-name" htmlFor="publish-notes">{t('publish.notes')}</label>
        <Input.TextArea id="publish-notes" rows={3} maxLength={2000} value={notes} placeholder={t('publish.notesHint')} onChange={(event) => setNotes(event.target.value)} />
        <HowPart who={who} choose={setWho} percent={percent} setPercent={setPercent} units={units} setUnits={setUnits} first={design.published === null} />
        <Refusal error={publish.error} />
        <Button type="primary" size="large" block icon={<RocketOutlined />} disabled={barred} loading={publish.isPending} onClick={() => publish.mutate()} data-testid="publish">
          {t(`publish.do.${who}`)}
        </Button>
        {!design.may.publish && <p className="soft small">{t('publish.mayNot')}</p>}
      </section>
    </div>
  )
} // prettier-ignore
