/** Steps of the region's own, before the nodes that the base has marked for them. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../i18n'
import { useCatalogue } from '../catalogue'
import { PeopleInput } from '../props/controls/PeopleControl'
import { edit, useDesign } from '../store/design'
import type { Config, FlowNode, Model, Value } from '../types'
import { nodeWords } from '../words'

type Part = { before: string; nodes: Record<string, Config> }

function fresh(taken: readonly string[]): string {
  for (let number = 1; ; number += 1) if (!taken.includes(`region_check_${number}`)) return `region_check_${number}`
}

function Step({ name, node, change, place }: { name: string; node: Config; change: (node: Config) => void; place: string }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const may = useDesign((state) => state.design!.may.edit)
  return (
    <div className="inserted" data-testid={`inserted-${name}`}>
      <span className="soft small">{t('regions.before', { node: place })}</span>
      <Input aria-label={t('regions.stepTitle')} value={text(node.title)} placeholder={t('regions.stepTitle')} maxLength={60} disabled={!may} onChange={(event) => change({ ...node, title: event.target.value })} />
      {node.approvers !== undefined && <PeopleInput value={node.approvers} node={null} disabled={!may} change={(approvers: Value) => change({ ...node, approvers: approvers ?? [] })} />}
    </div>
  )
} // prettier-ignore

export function Insertions({ base, places }: { base: Model | null; places: readonly string[] }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const catalogue = useCatalogue()
  const may = useDesign((state) => state.design!.may.edit)
  const parts = useDesign((state) => state.model?.unknown.insert as Part[] | undefined) ?? []
  const called = (name: string) => nodeWords(base?.nodes.find((node: FlowNode) => node.id === name), catalogue, language) || name
  const put = (next: Part[], key: string | null = null) =>
    edit([next.length > 0 ? { op: 'set', path: ['insert'], value: next } : { op: 'remove', path: ['insert'] }], t('design.did.add', { name: t('regions.step') }), key)
  const add = (before: string) => {
    const taken = [...(base?.nodes ?? []).map((node) => node.id), ...parts.flatMap((part) => Object.keys(part.nodes))]
    const node = { kind: 'approval', title: t('regions.step'), approvers: ['role:admin'], next: { approved: before, rejected: 'end' } }
    put([...parts, { before, nodes: { [fresh(taken)]: node } }])
  }
  return (
    <section className="panel panel-body">
      <h3>{t('regions.steps')}</h3>
      {places.length === 0 && <p className="soft small">{t('regions.noPlacesHere')}</p>}
      {parts.map((part, index) => (
        <div key={index} className="inserted-part">
          <div>
            {Object.entries(part.nodes ?? {}).map(([name, node]) => (
              <Step key={name} name={name} node={node} place={called(part.before)} change={(next) => put(parts.map((one, at) => (at === index ? { ...one, nodes: { ...one.nodes, [name]: next } } : one)), `insert.${index}.${name}`)} />
            ))}
          </div>
          <Button type="text" icon={<DeleteOutlined />} disabled={!may} aria-label={t('regions.dropStep')} onClick={() => put(parts.filter((_, at) => at !== index))} />
        </div>
      ))}
      {places.length > 0 && (
        <Select aria-label={t('regions.addStep')} value={null} disabled={!may} placeholder={<><PlusOutlined /> {t('regions.addStep')}</>} options={places.map((place) => ({ value: place, label: t('regions.before', { node: called(place) }) }))} onChange={(place: string | null) => place && add(place)} style={{ width: '100%' }} data-testid="overlay-step" />
      )}
    </section>
  )
} // prettier-ignore
