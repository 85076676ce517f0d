/** Where a node leads: its outcomes, and what happens on an error, a deadline or a message. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Dropdown, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../i18n'
import { kindOf, useCatalogue, useNamed } from '../catalogue'
import { edgeName } from '../flow/SimpleView'
import { edit, select, useDesign } from '../store/design'
import type { FlowNode } from '../types'
import { edgeWords, nodeWords } from '../words'
import { Taken } from './live/Taken'
import { useFates } from './live/useResult'

const events = ['error', 'deadline', 'message'] as const
const fresh = { error: { code: '*' }, deadline: { in: '1d' }, message: { name: 'message', match: '' } }

/** What an edge of a node may lead to: its neighbours and the end. */
export function useTargets(node: FlowNode | undefined): { value: string; label: string }[] {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const catalogue = useCatalogue()
  const model = useDesign((state) => state.model)
  const race = model?.nodes.find((one) => one.id === node?.in && one.kind === 'race')
  const around = race ? race.in : (node?.in ?? null)
  const beside = (model?.nodes ?? []).filter((one) => one.in === around && one.id !== node?.id)
  return [
    ...beside.map((one) => ({ value: one.id, label: nodeWords(one, catalogue, language) })),
    { value: around === null ? 'end' : `${around}/end`, label: t('flow.end') },
  ]
}

export function Ways({ node, may }: { node: FlowNode; may: boolean }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const catalogue = useCatalogue()
  const named = useNamed()
  const model = useDesign((state) => state.model)!
  const targets = useTargets(node)
  const edges = model.edges.filter((edge) => edge.from === node.id)
  const sampled = useFates(node, edges)
  if (kindOf(catalogue, node)?.exit === 'none') return null
  const outcomes = [...new Set([...(kindOf(catalogue, node)?.outcomes ?? []), ...Object.keys((Array.isArray(node.config.outcomes) ? {} : node.config.outcomes) ?? {})])].filter((one) => !edges.some((edge) => edge.outcome === one))
  const end = targets[targets.length - 1]!.value
  const items = [
    ...(edges.some((edge) => edge.way === 'branch') ? [] : outcomes.map((outcome) => ({ key: outcome, label: t('props.ways.outcome', { outcome: edgeWords({ id: '', from: node.id, to: '', way: 'outcome', outcome, path: [] }, model, named, language) }), onClick: () => edit([{ op: 'connect', from: node.id, to: end, way: 'outcome', outcome }], t('design.did.connect')) }))),
    ...events.map((event) => ({ key: event, label: t(`props.ways.on.${event}`), onClick: () => edit([{ op: 'connect', from: node.id, to: end, way: event, event: fresh[event] }], t('design.did.connect')) })),
  ] // prettier-ignore
  return (
    <section className="ways">
      <h3>{t('props.ways.title')}</h3>
      {edges.map((edge) => (
        <div className="way" key={edge.id}>
          <button type="button" className="way-words" onClick={() => select([edgeName(edge.id)])} disabled={edge.way === 'next' || edge.way === 'outcome'}>
            {edgeWords(edge, model, named, language) || t('props.ways.next')}
          </button>
          <Select aria-label={t('props.ways.to')} showSearch={{ optionFilterProp: 'label' }} value={edge.to} disabled={!may} options={targets} onChange={(to) => edit([{ op: 'set_edge', edge: edge.id, to }], t('design.did.connect'))} />
          <Button type="text" icon={<DeleteOutlined />} aria-label={t('design.did.disconnect')} disabled={!may || edge.way === 'next'} onClick={() => edit([{ op: 'disconnect', edge: edge.id }], t('design.did.disconnect'))} />
          <Taken fate={sampled[edge.id]} />
        </div>
      ))}
      <Dropdown menu={{ items }} trigger={['click']} disabled={!may}>
        <Button size="small" type="dashed" icon={<PlusOutlined />}>
          {t('props.ways.add')}
        </Button>
      </Dropdown>
    </section>
  )
}
