/** The properties of an edge: the condition of a branch and its place in the order, or the event that it waits for. */
import { ArrowDownOutlined, ArrowUpOutlined, CloseOutlined, DeleteOutlined } from '@ant-design/icons'
import { Button, Input, Select, Switch } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../i18n'
import { useCatalogue, useNamed } from '../catalogue'
import { edgeName } from '../flow/SimpleView'
import { edit, select, useDesign } from '../store/design'
import type { FlowEdge, Value } from '../types'
import { edgeWords, nodeWords } from '../words'
import { ConditionInput } from './controls/ConditionControl'
import { DurationInput } from './controls/DurationControl'
import { ExpressionInput } from './controls/ExpressionControl'
import { PlaceOf } from './live/place'
import { Taken } from './live/Taken'
import { useFates } from './live/useResult'
import { useTargets } from './Ways'

function Event({ edge, may }: { edge: FlowEdge; may: boolean }) {
  const { t } = useTranslation()
  const given = edge.event ?? {}
  const set = (key: string, value: Value) => edit([{ op: 'set_edge', edge: edge.id, event: { ...given, [key]: value } }], t('design.did.condition'), `${edge.id}.${key}`)
  return (
    <>
      {edge.way === 'error' && (
        <div className="prop">
          <label className="prop-name" htmlFor="edge-code">{t('props.edge.code')}</label>
          <Input id="edge-code" className="mono" disabled={!may} value={given.code ?? '*'} onChange={(event) => set('code', event.target.value || '*')} />
        </div>
      )}
      {edge.way === 'deadline' && (
        <div className="prop">
          <span className="prop-name">{t('props.deadline.in')}</span>
          <DurationInput label={t('props.deadline.in')} value={given.in} disabled={!may} change={(value) => set('in', value ?? '1d')} />
        </div>
      )}
      {edge.way === 'message' && (
        <>
          <div className="prop">
            <label className="prop-name" htmlFor="edge-message">{t('props.edge.message')}</label>
            <Input id="edge-message" disabled={!may} value={given.name ?? ''} onChange={(event) => set('name', event.target.value)} />
          </div>
          <div className="prop">
            <span className="prop-name">{t('props.edge.match')}</span>
            <ExpressionInput label={t('props.edge.match')} value={given.match} disabled={!may} change={(value) => set('match', value ?? '')} />
          </div>
        </>
      )}
      {(edge.way === 'deadline' || edge.way === 'message') && (
        <div className="prop prop-inline">
          <label className="prop-name" htmlFor="edge-interrupt">{t('props.edge.interrupt')}</label>
          <Switch id="edge-interrupt" disabled={!may} checked={given.interrupt !== false} onChange={(on) => set('interrupt', on)} />
        </div>
      )}
    </>
  )
} // prettier-ignore

export function EdgeForm({ edge }: { edge: FlowEdge }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const catalogue = useCatalogue()
  const named = useNamed()
  const model = useDesign((state) => state.model)!
  const all = useDesign((state) => state.problems)
  const may = useDesign((state) => state.design?.may.edit === true)
  const source = model.nodes.find((node) => node.id === edge.from)
  const targets = useTargets(source)
  const sisters = model.edges.filter((one) => one.from === edge.from && one.way === 'branch')
  const at = sisters.findIndex((one) => one.id === edge.id)
  const problems = all.filter((one) => one.edge === edge.id)
  const shift = (by: number) => {
    const order = sisters.map((one) => one.id)
    const [moved] = order.splice(at, 1)
    order.splice(at + by, 0, moved!)
    edit([{ op: 'order_edges', from: edge.from, edges: order }], t('design.did.order'))
    select([edgeName(`${edge.from}:branch:${at + by}`)])
  }
  const isDefault = edge.when === undefined || edge.when === null
  const fate = useFates(source, sisters)[edge.id]
  const place = useMemo(() => ({ node: edge.from ?? '', field: edge.way === 'message' ? 'on.message.match' : 'next', form: '' }), [edge.from, edge.way])
  return (
    <PlaceOf value={place}>
      <header className="drawer-head plain">
        <div>
          <strong>{edgeWords(edge, model, named, language) || t('props.ways.next')}</strong>
          <p className="soft small">{t('props.edge.from', { name: source ? nodeWords(source, catalogue, language) : t('flow.initiator') })}</p>
        </div>
        <Button type="text" icon={<CloseOutlined />} aria-label={t('design.close')} onClick={() => select([])} />
      </header>
      <div className="drawer-body">
        {edge.way === 'branch' && <p className="edge-fate" role="status"><Taken fate={fate} /></p>}
        {problems.map((problem, index) => (
          <p key={index} className={`prop-problem ${problem.severity}`}>
            {language === 'zh' ? problem.zh : problem.en} {language === 'zh' ? problem.hint_zh : problem.hint_en}
          </p>
        ))}
        {edge.way === 'branch' && (
          <>
            <div className="prop prop-inline">
              <label className="prop-name" htmlFor="edge-default">{t(source?.kind === 'fork' ? 'props.edge.always' : 'props.edge.default')}</label>
              <Switch id="edge-default" disabled={!may} checked={isDefault} onChange={(on) => edit([{ op: 'set_edge', edge: edge.id, when: on ? null : '${ true }' }], t('design.did.condition'))} />
            </div>
            {!isDefault && (
              <div className="prop">
                <span className="prop-name">{t('props.edge.when')}</span>
                <ConditionInput value={edge.when} disabled={!may} change={(when) => edit([{ op: 'set_edge', edge: edge.id, when: when ?? '${ true }' }], t('design.did.condition'), `${edge.id}.when`)} />
              </div>
            )}
            <div className="prop prop-inline">
              <span className="prop-name">{t('props.edge.order', { at: at + 1, count: sisters.length })}</span>
              <span>
                <Button icon={<ArrowUpOutlined />} aria-label={t('props.edge.up')} disabled={!may || at <= 0} onClick={() => shift(-1)} />{' '}
                <Button icon={<ArrowDownOutlined />} aria-label={t('props.edge.down')} disabled={!may || at >= sisters.length - 1} onClick={() => shift(1)} />
              </span>
            </div>
          </>
        )}
        <Event edge={edge} may={may} />
        <div className="prop">
          <label className="prop-name" htmlFor="edge-to">{t('props.ways.to')}</label>
          <Select id="edge-to" showSearch={{ optionFilterProp: 'label' }} value={edge.to} disabled={!may} options={targets} onChange={(to) => edit([{ op: 'set_edge', edge: edge.id, to }], t('design.did.connect'))} />
        </div>
        {edge.way !== 'start' && edge.way !== 'next' && (
          <Button danger type="text" icon={<DeleteOutlined />} disabled={!may} onClick={() => edit([{ op: 'disconnect', edge: edge.id }], t('design.did.disconnect'))}>
            {t('design.did.disconnect')}
          </Button>
        )}
      </div>
    </PlaceOf>
  )
} // prettier-ignore
