/** A deadline: how long, by which calendar, and what happens when (remind, pass on, decide by itself). */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Checkbox, InputNumber, Select, Switch } from 'antd'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../../i18n'
import { useDesign } from '../../store/design'
import type { Config, Value } from '../../types'
import { outcomeWords } from '../../words'
import type { ControlProps } from '../control'
import { ConditionInput } from './ConditionControl'
import { DurationInput } from './DurationControl'
import { NoticeInput } from './NoticeControl'
import { PeopleInput } from './PeopleControl'
import { useOffered } from './Picks'

const deeds = ['remind', 'notify', 'escalate', 'transfer', 'add', 'outcome', 'error'] as const
type Deed = (typeof deeds)[number]
const begin: Record<Deed, Value> = {
  remind: { every: '4h', times: 3 },
  notify: { to: ['assignees'], template: 'task_due_soon' },
  escalate: [{ manager_of: 'actor' }],
  transfer: [{ manager_of: 'actor' }],
  add: [{ manager_of: 'actor' }],
  outcome: 'rejected',
  error: 'late',
}

function outcomesOf(node: string | null, edges: { from: string; outcome?: string | null }[]): string[] {
  return edges.filter((edge) => edge.from === node && edge.outcome).map((edge) => edge.outcome!)
}

function Deed({ deed, value, change, node }: { deed: Deed; value: Value; change: (value: Value) => void; node: string | null }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const model = useDesign((state) => state.model)
  const own = model?.nodes.find((one) => one.id === node)
  if (deed === 'remind') {
    const given: Config = typeof value === 'string' ? { every: value } : (value ?? {})
    return (
      <div className="prop-pair">
        <DurationInput label={t('props.deadline.every')} value={given.every} change={(every) => change({ ...given, every })} />
        <InputNumber aria-label={t('props.deadline.times')} suffix={t('props.deadline.times')} min={1} max={1000} value={given.times ?? 1} onChange={(times) => change({ ...given, times: times ?? 1 })} />
      </div>
    )
  }
  if (deed === 'notify') return <NoticeInput value={value} change={change} node={node} />
  if (deed === 'outcome')
    return <Select aria-label={t('props.deadline.outcome')} value={value} options={outcomesOf(node, model?.edges ?? []).map((one) => ({ value: one, label: outcomeWords(own, one, language) }))} onChange={change} />
  if (deed === 'error') return <input className="ant-input mono" aria-label={t('props.deadline.error')} value={String(value ?? '')} onChange={(event) => change(event.target.value)} />
  const people = value && typeof value === 'object' && !Array.isArray(value) && 'to' in value ? value.to : value
  return <PeopleInput value={people} node={node} change={(next) => change(value && !Array.isArray(value) && typeof value === 'object' && 'to' in value ? { ...value, to: next } : next)} />
}

function StepEditor({ step, change, remove, node }: { step: Config; change: (step: Config) => void; remove: () => void; node: string | null }) {
  const { t } = useTranslation()
  const at = String(step.at ?? '100%')
  const percent = /^\d+%$/.test(at)
  const active = deeds.filter((deed) => deed in step)
  const swap = (old: Deed, next: Deed) => {
    const { [old]: _, ...rest } = step
    change({ ...rest, [next]: begin[next] })
  }
  return (
    <div className="deadline-step">
      <div className="prop-line">
        <Select aria-label={t('props.deadline.when')} value={percent ? 'percent' : 'after'} options={['percent', 'after'].map((one) => ({ value: one, label: t(`props.deadline.at.${one}`) }))} onChange={(next) => change({ ...step, at: next === 'percent' ? '75%' : '1d' })} />
        {percent ? (
          <InputNumber aria-label={t('props.deadline.percent')} min={1} max={1000} suffix="%" value={Number.parseInt(at)} onChange={(next) => change({ ...step, at: `${next ?? 100}%` })} />
        ) : (
          <DurationInput label={t('props.deadline.at.after')} value={at} change={(next) => change({ ...step, at: next ?? '1d' })} />
        )}
        <Button type="text" icon={<DeleteOutlined />} aria-label={t('props.deadline.removeStep')} onClick={remove} />
      </div>
      {active.map((deed) => (
        <div key={deed} className="deadline-deed">
          <Select aria-label={t('props.deadline.what')} value={deed} options={deeds.map((one) => ({ value: one, label: t(`props.deadline.do.${one}`) }))} onChange={(next) => swap(deed, next)} />
          <Deed deed={deed} value={step[deed]} node={node} change={(value) => change({ ...step, [deed]: value })} />
        </div>
      ))}
      {active.length === 0 && <Select placeholder={t('props.deadline.what')} aria-label={t('props.deadline.what')} options={deeds.map((one) => ({ value: one, label: t(`props.deadline.do.${one}`) }))} onChange={(next: Deed) => change({ ...step, [next]: begin[next] })} />}
      <Checkbox
        checked={step.mark !== undefined}
        onChange={(event) => {
          const { mark: _, ...rest } = step
          change(event.target.checked ? { ...rest, mark: 'breached' } : rest)
        }}
      >
        {t('props.deadline.mark')}
      </Checkbox>
    </div>
  )
}

export function DeadlineControl({ id, value, change, node, disabled }: ControlProps) {
  const { t } = useTranslation()
  const calendars = useOffered('calendar')
  const short = typeof value === 'string'
  const given: Config = short ? { in: value } : ((value as Config | undefined) ?? {})
  const steps = (Array.isArray(given.steps) ? given.steps : given.steps ? [given.steps] : []) as Config[]
  const on = value !== undefined
  const set = (key: string, next: Value) => {
    const made = { ...given, [key]: next }
    if (next === undefined || (Array.isArray(next) && next.length === 0)) delete made[key]
    change(short && Object.keys(made).length === 1 && made.in ? made.in : made)
  }
  return (
    <div className="deadline">
      <Switch id={id} checked={on} disabled={disabled} onChange={(next) => change(next ? { in: '1d' } : undefined)} aria-label={t('props.deadline.on')} />
      {on && (
        <>
          <div className="prop-pair">
            <DurationInput label={t('props.deadline.in')} value={given.in} disabled={disabled} change={(next) => set('in', next ?? '1d')} />
            <Select allowClear aria-label={t('props.deadline.calendar')} placeholder={t('props.deadline.calendar')} value={given.calendar} options={calendars} disabled={disabled} onChange={(next) => set('calendar', next)} />
          </div>
          {steps.map((step, index) => (
            <StepEditor key={index} step={step} node={node} change={(next) => set('steps', steps.map((one, i) => (i === index ? next : one)))} remove={() => set('steps', steps.filter((_, i) => i !== index))} />
          ))}
          <Button type="dashed" size="small" icon={<PlusOutlined />} disabled={disabled} onClick={() => set('steps', [...steps, { at: '75%', remind: begin.remind }])}>
            {t('props.deadline.addStep')}
          </Button>
          {given.pause_when !== undefined ? (
            <ConditionInput value={given.pause_when} change={(next) => set('pause_when', next)} />
          ) : (
            <Button type="link" size="small" onClick={() => set('pause_when', '${ true }')} disabled={disabled}>
              {t('props.deadline.pause')}
            </Button>
          )}
        </>
      )}
    </div>
  )
}
