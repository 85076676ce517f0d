/** The properties of what is selected: a node, an edge, or where a case begins. Edits are saved as they are made. */
import { CloseOutlined, CopyOutlined, DeleteOutlined, MoreOutlined } from '@ant-design/icons'
import { Button, Collapse, Dropdown, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { sentenceIn, useLanguage } from '../../i18n'
import { DrawerTry } from '../../simulator/one/TryNode'
import { actionOf, kindOf, useCatalogue } from '../catalogue'
import { START, edgeIn } from '../flow/SimpleView'
import { Icon, inkOf } from '../icons'
import { edit, select, useDesign } from '../store/design'
import type { FlowNode, Kind, Value } from '../types'
import { named, nodeWords } from '../words'
import { EdgeForm } from './EdgeForm'
import { StartForm } from './StartForm'
import { ordered, SchemaForm } from './SchemaForm'
import { Ways } from './Ways'

/** Properties that are asked for at once, whatever the kind; the others stand under "more". */
const FRONT = ['approvers', 'form_use', 'deadline', 'action', 'arguments', 'duration', 'process', 'table', 'template', 'notice']
const COMMON = ['strategy', 'mode', 'outcomes', 'message', 'match', 'items', 'as', 'outcome', 'allow', 'when_empty', 'terminate']
const ORDER = ['approvers', 'assign', 'mode', 'do', 'with', 'process', 'table', 'message', 'match', 'items', 'as', 'form', 'outcomes', 'deadline', 'when_empty', 'strategy', 'allow']
const LATE = ['description', 'summary', 'if', 'cancels', 'lock', 'undo', 'priority', 'open_while']

function halves(kind: Kind, node: FlowNode): [string[], string[]] {
  const names = ordered(kind.schema, kind.ui).filter((name) => name !== 'title')
  const required = (kind.schema.required as string[] | undefined) ?? []
  const front = names.filter((name) => {
    if (LATE.includes(name)) return name in node.config
    const widget = (kind.ui[name] as { 'ui:widget'?: string } | undefined)?.['ui:widget'] ?? ''
    return required.includes(name) || FRONT.includes(widget) || COMMON.includes(name) || (kind.kind === 'set' && name === 'save') || name in node.config
  })
  const place = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length)
  return [front.sort((a, b) => place(a) - place(b)), names.filter((name) => !front.includes(name))]
}

function Title({ node, name, may }: { node: FlowNode; name: string; may: boolean }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const both = typeof node.title === 'object' && node.title !== null ? (node.title as Record<string, string>) : null
  const shown = both ? (both[language] ?? '') : ((node.title as string | undefined) ?? '')
  const write = (words: string) => {
    const value: Value = both || language === 'en' ? { ...(both ?? (node.title ? { zh: node.title } : {})), [language]: words } : words
    edit([{ op: 'set_node', id: node.id, values: { title: value } }], t('design.did.rename', { name }), `${node.id}.title`)
  }
  return <Input className="drawer-title" variant="borderless" aria-label={t('props.title')} value={shown} placeholder={name} disabled={!may} maxLength={80} onChange={(event) => write(event.target.value)} data-testid="node-title" />
}

function NodeForm({ node }: { node: FlowNode }) {
  const { t } = useTranslation()
  const { language, text } = useLanguage()
  const catalogue = useCatalogue()
  const all = useDesign((state) => state.problems)
  const names = useDesign((state) => state.names)
  const may = useDesign((state) => state.design?.may.edit === true)
  const kind = kindOf(catalogue, node)
  const action = actionOf(catalogue, node)
  const problems = all.filter((one) => one.node === node.id)
  const name = nodeWords(node, catalogue, language)
  const change = (key: string, value: Value) => {
    const op = value === undefined ? { op: 'set_node', id: node.id, values: {}, unset: [key] } : { op: 'set_node', id: node.id, values: { [key]: value } }
    edit([op], t('design.did.change', { name }), `${node.id}.${key}`)
  }
  const others = problems.filter((one) => one.field === null || !(one.field.split('.')[0]! in ((kind?.schema.properties as object | undefined) ?? {})))
  const items = [
    ...catalogue.kinds.filter((one) => one.kind !== node.kind && one.body === null && one.exit === kind?.exit).map((one) => ({ key: `kind:${one.kind}`, label: t('props.turnInto', { kind: text(one.title) }), onClick: () => edit([{ op: 'change_kind', id: node.id, kind: one.kind }], t('design.did.kind')) })),
    { type: 'divider' as const },
    { key: 'copy', icon: <CopyOutlined />, label: t('design.copy'), onClick: () => edit([{ op: 'copy_node', id: node.id }], t('design.did.copy', { name })) },
    { key: 'remove', icon: <DeleteOutlined />, danger: true, label: t('design.remove'), onClick: () => edit([{ op: 'remove_node', id: node.id }], t('design.did.remove', { name })) },
  ] // prettier-ignore
  const [front, rest] = kind ? halves(kind, node) : [[], []]
  const form = (only: string[]) => kind && <SchemaForm schema={kind.schema} ui={kind.ui} value={node.config} change={change} node={node.id} problems={problems} disabled={!may} only={only} />
  return (
    <>
      <header className="drawer-head" style={{ '--card-ink': inkOf(action?.group ?? kind?.group) } as React.CSSProperties}>
        <span className="drawer-mark">
          <Icon name={action?.icon ?? kind?.icon} />
        </span>
        <div>
          <Title key={node.id} node={node} name={name} may={may} />
          <p className="soft small">
            {text(action?.title ?? kind?.title)} · <span className="mono">{node.id}</span>
          </p>
        </div>
        <Dropdown menu={{ items }} trigger={['click']} disabled={!may}>
          <Button type="text" icon={<MoreOutlined />} aria-label={t('app.more')} />
        </Dropdown>
        <Button type="text" icon={<CloseOutlined />} aria-label={t('design.close')} onClick={() => select([])} />
      </header>
      <div className="drawer-body">
        {others.map((problem, index) => (
          <p key={index} className={`prop-problem ${problem.severity}`}>
            {sentenceIn(problem, language)}
            <span className="hint">{named((language === 'zh' ? problem.hint_zh : problem.hint_en) ?? '', names)}</span>
          </p>
        ))}
        <DrawerTry node={node.id} />
        {kind === undefined && <p className="bad">{t('props.unknownKind', { kind: node.kind || '?' })}</p>}
        {form(front)}
        <Ways node={node} may={may} />
        {rest.length > 0 && <Collapse ghost size="small" items={[{ key: 'more', label: t('props.moreOptions', { count: rest.length }), children: form(rest) }]} />}
      </div>
    </>
  )
}

export function Drawer() {
  const { t } = useTranslation()
  const selected = useDesign((state) => state.selected)
  const model = useDesign((state) => state.model)
  if (model === null || selected.length !== 1) return null
  const edge = model.edges.find((one) => one.id === edgeIn(selected))
  const node = model.nodes.find((one) => one.id === selected[0])
  if (edge === undefined && node === undefined && selected[0] !== START) return null
  return (
    <aside className="drawer" aria-label={t('props.panel')} data-testid="drawer" onKeyDown={(event) => event.key === 'Escape' && select([])}>
      {node ? <NodeForm node={node} /> : edge ? <EdgeForm key={edge.id} edge={edge} /> : <StartForm />}
    </aside>
  )
}
