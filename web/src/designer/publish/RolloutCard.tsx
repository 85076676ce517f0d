/** A roll-out under way: who gets the new version, how its cases fare beside the old one's, widening, ending, going back. */
import { CheckOutlined, RollbackOutlined } from '@ant-design/icons'
import { useMutation } from '@tanstack/react-query'
import { App, Button, Input, InputNumber, Modal, Slider, Table } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answered, api } from '../../api/client'
import { useLanguage } from '../../i18n'
import { PersonName } from '../../shared/people'
import { Refusal } from '../../shared/Refusal'
import { whenText } from '../../shared/when'
import { UnitsInput, useUnitWords } from './UnitsInput'
import { useChanged, type Rollout } from './useReleases'

const MARKS = { 0: '0', 10: '10', 25: '25', 50: '50', 75: '75', 100: '100%' }

/** The three things that may be done to a roll-out. */
function useSteps(rollout: Rollout) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const changed = useChanged()
  const path = { process: rollout.process }
  return useMutation({
    mutationFn: async (step: { do: 'widen'; units: string[]; percent: number } | { do: 'finish' } | { do: 'back'; reason: string }) => {
      if (step.do === 'widen') {
        const { units, percent } = step
        await answered(api.PUT('/api/v1/processes/{process}/rollout', { params: { path }, body: { version: rollout.version, units, percent, part_by: rollout.part_by as 'initiator' } }))
      } else if (step.do === 'finish') await answered(api.POST('/api/v1/processes/{process}/rollout/finish', { params: { path } }))
      else await answered(api.POST('/api/v1/processes/{process}/rollout/back', { params: { path }, body: { reason: step.reason } }))
      await changed()
      void message.success(t(`publish.rollout.did.${step.do}`, { version: rollout.version, base: rollout.base }))
    },
  }) // prettier-ignore
}

function Figures({ rollout }: { rollout: Rollout }) {
  const { t } = useTranslation()
  const columns = (['cases', 'open', 'failed', 'incidents', 'breaches'] as const).map((key) => ({
    title: t(`publish.rollout.figure.${key}`),
    align: 'right' as const,
    render: (_: unknown, one: Rollout['figures'][number]) => <span className={['failed', 'incidents'].includes(key) && one[key] > 0 ? 'bad' : undefined}>{one[key]}</span>,
  }))
  const name = { title: t('publish.rollout.since'), render: (_: unknown, one: Rollout['figures'][number]) => <strong>v{one.version}</strong> }
  return <Table rowKey="version" size="small" pagination={false} columns={[name, ...columns]} dataSource={rollout.figures} className="rollout-figures" />
} // prettier-ignore

function Back({ open, close, back, busy, rollout }: { open: boolean; close: () => void; back: (reason: string) => void; busy: boolean; rollout: Rollout }) {
  const { t } = useTranslation()
  const [reason, setReason] = useState('')
  return (
    <Modal open={open} title={t('publish.rollout.backSure', { version: rollout.version })} okText={t('publish.rollout.back')} okButtonProps={{ danger: true, loading: busy }} cancelText={t('app.cancel')} onCancel={close} onOk={() => back(reason)}>
      <p>{t('publish.rollout.backHint', { version: rollout.version, base: rollout.base })}</p>
      <label className="prop-name" htmlFor="back-reason">{t('publish.reason')}</label>
      <Input id="back-reason" value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
    </Modal>
  )
} // prettier-ignore

export function RolloutCard({ rollout, may }: { rollout: Rollout; may: boolean }) {
  const { t } = useTranslation()
  const { language, list } = useLanguage()
  const { modal } = App.useApp()
  const words = useUnitWords()
  const [percent, setPercent] = useState(rollout.percent)
  const [units, setUnits] = useState(rollout.units)
  const [asking, setAsking] = useState(false)
  const step = useSteps(rollout)
  const same = percent === rollout.percent && units.join() === rollout.units.join()
  const finish = () =>
    modal.confirm({
      title: t('publish.rollout.finishSure', { version: rollout.version }),
      content: t('publish.rollout.finishHint'),
      okText: t('publish.rollout.finish'),
      cancelText: t('app.cancel'),
      onOk: () => step.mutateAsync({ do: 'finish' }).catch(() => undefined),
    })
  return (
    <section className="panel panel-body rollout" data-testid="rollout">
      <header>
        <div>
          <h3>{t('publish.rollout.title', { version: rollout.version })}</h3>
          <p className="soft">
            {rollout.units.length > 0 && t('publish.rollout.units', { units: list(rollout.units.map(words)) })}
            {t(`publish.rollout.${rollout.percent === 0 ? 'none' : rollout.units.length > 0 ? 'rest' : 'share'}`, { percent: rollout.percent, base: rollout.base })}
          </p>
        </div>
        <span className="soft small">
          <PersonName id={rollout.changed_by} /> · {whenText(rollout.changed_at, language)}
        </span>
      </header>
      <div className="rollout-parts">
        <div>
          <label className="prop-name" htmlFor="rollout-percent">{t('publish.rollout.percent')}</label>
          <div className="rollout-percent">
            <Slider min={0} max={100} marks={MARKS} value={percent} disabled={!may} onChange={setPercent} ariaLabelForHandle={t('publish.rollout.percent')} />
            <InputNumber id="rollout-percent" min={0} max={100} suffix="%" value={percent} disabled={!may} onChange={(next) => setPercent(next ?? 0)} />
          </div>
          <label className="prop-name" htmlFor="rollout-units">{t('publish.rollout.always')}</label>
          <UnitsInput id="rollout-units" value={units} change={setUnits} disabled={!may} />
        </div>
        <div>
          <Figures rollout={rollout} />
        </div>
      </div>
      <Refusal error={step.error} />
      {may && (
        <footer>
          <Button type="primary" disabled={same} loading={step.isPending} onClick={() => step.mutate({ do: 'widen', units, percent })} data-testid="widen">{t('publish.rollout.widen')}</Button>
          <Button icon={<CheckOutlined />} onClick={finish} data-testid="rollout-finish">{t('publish.rollout.finish')}</Button>
          <Button danger icon={<RollbackOutlined />} onClick={() => setAsking(true)} data-testid="rollout-back">{t('publish.rollout.back')}</Button>
        </footer>
      )}
      <Back open={asking} close={() => setAsking(false)} rollout={rollout} busy={step.isPending} back={(reason) => void step.mutateAsync({ do: 'back', reason }).then(() => setAsking(false), () => setAsking(false))} />
    </section>
  )
} // prettier-ignore
