/** Publishing: what stands in the way, what changes, to whom it goes first; versions and how they differ. */
import { CheckCircleFilled, CloseCircleFilled, InfoCircleFilled, RocketOutlined } from '@ant-design/icons'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, InputNumber, Radio, Result, Select, Tabs } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useLanguage } from '../../i18n'
import { Loading } from '../../app/Loading'
import { Refusal } from '../../shared/Refusal'
import { designs } from '../api'
import { useOffered } from '../props/controls/Picks'
import { open, settled, useDesign } from '../store/design'
import { Differences } from './Differences'
import { Versions } from './Versions'
import './publish.css'

function Check({ ok, children, note = false }: { ok: boolean; note?: boolean; children: React.ReactNode }) {
  return (
    <li>
      {ok ? <CheckCircleFilled className="good" /> : note ? <InfoCircleFilled className="soft" /> : <CloseCircleFilled className="bad" />}
      <span>{children}</span>
    </li>
  )
}

function Release() {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const client = useQueryClient()
  const design = useDesign((state) => state.design)!
  const groups = useOffered('group')
  const [notes, setNotes] = useState('')
  const [who, setWho] = useState<'all' | 'percent' | 'units'>('all')
  const [percent, setPercent] = useState(10)
  const [units, setUnits] = useState<string[]>([])
  const gate = useQuery({ queryKey: ['gate', design.id, design.revision], queryFn: async () => (await settled(), designs.gate(design.id)) })
  const publish = useMutation({
    mutationFn: async () => {
      await settled()
      const part = who === 'percent' ? { percent } : who === 'units' ? { units } : {}
      const { body } = await designs.publish(design.id, { notes, ...part }, useDesign.getState().etag)
      await open(design.id)
      await client.invalidateQueries()
      return body
    },
  })
  if (publish.data) {
    const { version, process } = publish.data
    return (
      <div className="panel">
        <Result status="success" title={t('publish.done', { version })} subTitle={design.published ? t('publish.openStay') : undefined}
          extra={[<Link key="start" to={`/start/${process}`}><Button type="primary">{t('publish.startOne')}</Button></Link>, <Button key="more" onClick={() => publish.reset()}>{t('publish.goOn')}</Button>]} />
      </div>
    )
  } // prettier-ignore
  const found = gate.data
  const changes = typeof found?.changes === 'number' ? found.changes : (found?.changes?.length ?? 0)
  return (
    <div className="release">
      <section className="panel panel-body">
        <h3>{t('publish.gate')}</h3>
        <Refusal error={gate.error} retry={() => void gate.refetch()} />
        {gate.isPending && <Loading />}
        {found && (
          <ul className="gate">
            <Check ok={found.errors === 0}>{found.errors === 0 ? t('publish.noErrors') : t('publish.errors', { count: found.errors })}</Check>
            {found.warnings > 0 && <Check ok={false} note>{t('publish.warnings', { count: found.warnings })}</Check>}
            <Check ok={found.scenarios.failed === 0} note={false}>{found.scenarios.passed + found.scenarios.failed === 0 ? t('publish.noScenarios') : t('sim.result', found.scenarios)}</Check>
            <Check ok={changes > 0 || design.published === null} note>{design.published ? t('publish.changes', { count: changes, version: design.published.version }) : t('publish.first')}</Check>
            {found.open_cases > 0 && <Check ok={false} note>{t('publish.openCases', { count: found.open_cases })}</Check>}
            {found.blockers.map((one) => <Check key={one.code} ok={false}>{text(one)}</Check>)}
          </ul>
        )}
      </section>
      <section className="panel panel-body">
        <h3>{t('publish.how')}</h3>
        <label className="prop-name" htmlFor="publish-notes">{t('publish.notes')}</label>
        <Input.TextArea id="publish-notes" rows={3} maxLength={2000} value={notes} placeholder={t('publish.notesHint')} onChange={(event) => setNotes(event.target.value)} />
        <Radio.Group className="publish-who" vertical value={who} onChange={(event) => setWho(event.target.value)} options={(['all', 'percent', 'units'] as const).map((one) => ({ value: one, label: t(`publish.to.${one}`) }))} />
        {who === 'percent' && <InputNumber aria-label={t('publish.to.percent')} min={1} max={99} suffix="%" value={percent} onChange={(next) => setPercent(next ?? 10)} />}
        {who === 'units' && <Select aria-label={t('publish.to.units')} mode="tags" value={units} options={groups} onChange={setUnits} style={{ width: '100%' }} placeholder={t('publish.to.units')} />}
        <Refusal error={publish.error} />
        <Button type="primary" size="large" block icon={<RocketOutlined />} disabled={!found?.ready || !design.may.publish || (who === 'units' && units.length === 0)} loading={publish.isPending} onClick={() => publish.mutate()} data-testid="publish">
          {t('publish.do')}
        </Button>
        {!design.may.publish && <p className="soft small">{t('publish.mayNot')}</p>}
      </section>
    </div>
  )
} // prettier-ignore

export default function PublishStep() {
  const { t } = useTranslation()
  const design = useDesign((state) => state.design)!
  const items = [
    { key: 'release', label: t('publish.title'), children: <Release /> },
    ...(design.published ? [{ key: 'diff', label: t('publish.diff'), children: <Differences from="published" to="draft" /> }] : []),
    { key: 'versions', label: t('publish.versions'), children: <Versions /> },
  ]
  return (
    <div className="step-page wide">
      <Tabs items={items} destroyOnHidden />
    </div>
  )
}
