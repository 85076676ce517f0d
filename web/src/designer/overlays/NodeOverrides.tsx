/** Approvers and deadlines of the base's nodes: as head office has them, or the region's own. */
import { Switch } from 'antd'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../i18n'
import { useCatalogue } from '../catalogue'
import { DurationInput } from '../props/controls/DurationControl'
import { PeopleInput } from '../props/controls/PeopleControl'
import { edit, useDesign } from '../store/design'
import type { Config, FlowNode, Model, Value } from '../types'
import { named, nodeWords } from '../words'

const lengthOf = (deadline: Value): string | undefined => (typeof deadline === 'object' && deadline !== null ? (deadline as Config).in : deadline)

/** Sets a key of a node in the overlay, or gives it back to the base. */
function useWrite(node: FlowNode) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const catalogue = useCatalogue()
  const own = useDesign((state) => state.model?.nodes.find((one) => one.id === node.id)?.config)
  const label = t('design.did.change', { name: nodeWords(node, catalogue, language) })
  return (key: string, value: Value, typing = false) => {
    const path = ['nodes', node.id, key]
    if (value !== undefined) return edit([{ op: 'set', path, value }], label, typing ? path.join('.') : null)
    const last = own !== undefined && Object.keys(own).every((name) => name === key)
    edit([{ op: 'remove', path: last ? ['nodes', node.id] : path }], label)
  }
}

function Row({ node, may }: { node: FlowNode; may: readonly string[] }) {
  const { t } = useTranslation()
  const { language, text } = useLanguage()
  const catalogue = useCatalogue()
  const edits = useDesign((state) => state.design!.may.edit)
  const own = useDesign((state) => state.model?.nodes.find((one) => one.id === node.id)?.config) ?? {}
  const names = useDesign((state) => state.names)
  const write = useWrite(node)
  const name = nodeWords(node, catalogue, language)
  const asks = node.config.approvers !== undefined ? 'approvers' : node.config.assign !== undefined ? 'assign' : null
  const people = asks !== null && may.includes('approvers') ? asks : null
  const ours = (key: string) => own[key] !== undefined
  return (
    <li data-testid={`override-${node.id}`}>
      <strong>{name}</strong>
      <span className="soft small">{named(text(node.says), names)}</span>
      {people !== null && (
        <div className="override">
          <label>
            <Switch size="small" checked={ours(people)} disabled={!edits} onChange={(on) => write(people, on ? node.config[people] : undefined)} data-testid={`own-${people}`} /> {t('regions.ownPeople')}
          </label>
          {ours(people) && <PeopleInput value={own[people]} change={(value) => write(people, value ?? [], true)} node={null} disabled={!edits} />}
        </div>
      )}
      {may.includes('deadlines') && (
        <div className="override">
          <label>
            <Switch size="small" checked={ours('deadline')} disabled={!edits} onChange={(on) => write('deadline', on ? (node.config.deadline ?? '1d') : undefined)} data-testid="own-deadline" /> {t('regions.ownDeadline')}
          </label>
          {ours('deadline') && (
            <DurationInput label={t('regions.ownDeadline')} value={lengthOf(own.deadline)} disabled={!edits} change={(value) => value !== undefined && write('deadline', typeof own.deadline === 'object' ? { ...own.deadline, in: value } : value, true)} />
          )}
        </div>
      )}
    </li>
  )
} // prettier-ignore

export function NodeOverrides({ base, may }: { base: Model | null; may: readonly string[] }) {
  const { t } = useTranslation()
  const nodes = (base?.nodes ?? []).filter((node) => node.in === null && (node.config.approvers ?? node.config.assign ?? node.config.deadline) !== undefined)
  if (nodes.length === 0 || !(may.includes('approvers') || may.includes('deadlines'))) return null
  return (
    <section className="panel panel-body">
      <h3>{t('regions.nodes')}</h3>
      <ul className="overrides">
        {nodes.map((node) => (
          <Row key={node.id} node={node} may={may} />
        ))}
      </ul>
    </section>
  )
}
