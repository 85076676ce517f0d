/** The base of regional versions: what it leaves to them, and each of them with what it changes and whether it still fits. */
import { GlobalOutlined, PlusOutlined, SyncOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { App, Button, Checkbox, Form, Input, Modal, Select, Tag, Tooltip } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { answered, api } from '../../api/client'
import { sentenceOf } from '../../api/problem'
import { Loading } from '../../app/Loading'
import { useLanguage } from '../../i18n'
import { Nothing } from '../../shared/Nothing'
import { PersonName } from '../../shared/people'
import { Refusal } from '../../shared/Refusal'
import { whenText } from '../../shared/when'
import { designs } from '../api'
import { useCatalogue } from '../catalogue'
import { edit, settled, useDesign } from '../store/design'
import { nodeWords } from '../words'
import { isOutdated, leaves, type Parts, type Region } from './parts'

const ID = /^[a-z][a-z0-9_]*$/
type Words = (node: string) => string

/** Which parts regions may change, and before which nodes they may put their own. */
function Leaves({ may, places }: { may: string[]; places: string[] }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const catalogue = useCatalogue()
  const design = useDesign((state) => state.design)!
  const model = useDesign((state) => state.model)
  const given = (model?.head.regions ?? {}) as { may?: string[]; places?: string[] }
  const now = { may: given.may ?? may, places: given.places ?? places }
  const nodes = (model?.nodes ?? []).filter((node) => node.in === null)
  const set = (next: { may: string[]; places: string[] }) => edit([{ op: 'set', path: ['regions'], value: next }], t('regions.did'), 'regions')
  return (
    <section className="panel panel-body regions-leaves">
      <div>
        <h3>{t('regions.may')}</h3>
        <Checkbox.Group disabled={!design.may.edit} value={now.may} options={leaves.map((one) => ({ value: one, label: t(`regions.part.${one}`) }))} onChange={(next) => set({ ...now, may: leaves.filter((one) => next.includes(one)) })} />
      </div>
      <div>
        <h3 id="regions-places">{t('regions.places')}</h3>
        <Select mode="multiple" aria-labelledby="regions-places" disabled={!design.may.edit} value={now.places} placeholder={t('regions.noPlaces')} showSearch={{ optionFilterProp: 'label' }} options={nodes.map((node) => ({ value: node.name, label: t('regions.before', { node: nodeWords(node, catalogue, language) }) }))} onChange={(next) => set({ ...now, places: next })} />
      </div>
    </section>
  )
} // prettier-ignore

function PartList({ parts, words }: { parts: Parts; words: Words }) {
  const { t } = useTranslation()
  const { text, list } = useLanguage()
  const forms = useDesign((state) => state.model?.forms)
  /** A form with the fields that a region changes; those that the base does not have are its own. */
  const formWords = (form: string, fields: readonly string[]) => {
    const known = fields.filter((name) => forms?.[form]?.fields?.[name]).map((name) => text(forms?.[form]?.fields?.[name]?.title) || name)
    const own = fields.length - known.length
    const said = list([...known, ...(own > 0 ? [t('regions.ownFields', { count: own })] : [])])
    return t('regions.formFields', { form: text(forms?.[form]?.title) || form, fields: said })
  }
  const lines: [string, string][] = [
    [t('regions.part.approvers'), list(parts.approvers.map(words))],
    [t('regions.part.deadlines'), list(parts.deadlines.map(words))],
    [t('regions.part.forms'), list([...Object.entries(parts.forms).map(([form, fields]) => formWords(form, fields)), ...parts.node_forms.map(words)])],
    [t('regions.part.inserted'), list(Object.entries(parts.inserted).map(([place, names]) => t('regions.insertedAt', { nodes: list(names), place: words(place) })))],
    [t('regions.part.texts'), list([...parts.texts.map(words), ...parts.others])],
  ]
  const filled = lines.filter(([, what]) => what !== '')
  if (filled.length === 0) return <span className="soft">{t('regions.nothing')}</span>
  return (
    <dl className="regions-parts">
      {filled.map(([part, what]) => (
        <div key={part}>
          <dt>{part}</dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  )
} // prettier-ignore

function State({ one }: { one: Region }) {
  const { t } = useTranslation()
  const tags = [
    one.published ? <Tag key="live" className="tag-live">{t('design.version', { version: one.published.version })}</Tag> : <Tag key="never">{t('design.never')}</Tag>,
    !one.ok && <Tag key="bad" className="tag-bad">{t('regions.misfit')}</Tag>,
    one.ok && !one.draft.ok && <Tooltip key="draft" title={t('regions.draftMisfitHint')}><Tag className="tag-wait">{t('regions.draftMisfit')}</Tag></Tooltip>,
    isOutdated(one) && <Tooltip key="old" title={t('regions.outdatedHint')}><Tag className="tag-wait">{t('regions.outdated')}</Tag></Tooltip>,
  ] // prettier-ignore
  return <span className="regions-state">{tags}</span>
}

function Card({ one, words }: { one: Region; words: Words }) {
  const { t } = useTranslation()
  const { text, language } = useLanguage()
  const problems = (one.ok ? one.draft.problems : one.problems).filter((problem) => problem.severity === 'error')
  return (
    <li className="panel panel-body region" data-testid={`region-${one.process}`}>
      <header>
        <div>
          <h3><Link to={`/designer/${one.design}/regions`}>{one.region || text(one.title) || one.process}</Link></h3>
          <span className="soft small mono">{one.process}</span>
        </div>
        <State one={one} />
      </header>
      <PartList parts={one.parts} words={words} />
      {problems.length > 0 && <ul className="regions-problems">{problems.slice(0, 4).map((problem, index) => <li key={index}>{text(problem)}</li>)}</ul>}
      <footer className="soft small"><PersonName id={one.saved_by} /> · {whenText(one.saved_at, language)} <Link to={`/designer/${one.design}/publish`}>{t('regions.toPublish')}</Link></footer>
    </li>
  )
} // prettier-ignore

function NewRegion({ open, close }: { open: boolean; close: () => void }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const { message } = App.useApp()
  const go = useNavigate()
  const base = useDesign((state) => state.design!.process)
  const [form] = Form.useForm<{ region: string; process: string }>()
  const [busy, setBusy] = useState(false)
  const make = async ({ region, process }: { region: string; process: string }) => {
    setBusy(true)
    try {
      const { body } = await designs.make({ from: { base }, region, process })
      close()
      void go(`/designer/${body.id}/regions`)
    } catch (error) {
      void message.error(sentenceOf(error, language))
    }
    setBusy(false)
  }
  return (
    <Modal open={open} title={t('regions.new')} okText={t('design.create')} cancelText={t('app.cancel')} confirmLoading={busy} onCancel={close} onOk={() => form.submit()} destroyOnHidden>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(values) => void make(values)} initialValues={{ process: `${base}_` }}>
        <Form.Item name="region" label={t('regions.name')} rules={[{ required: true, whitespace: true, message: t('regions.nameHint') }]}>
          <Input maxLength={60} placeholder={t('regions.nameHint')} autoFocus />
        </Form.Item>
        <Form.Item name="process" label={t('design.blankId')} extra={t('regions.idHint')} rules={[{ required: true, pattern: ID, message: t('design.blankIdHint') }]}>
          <Input maxLength={60} className="mono" />
        </Form.Item>
        <button type="submit" hidden />
      </Form>
    </Modal>
  )
} // prettier-ignore

export function BasePage() {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const catalogue = useCatalogue()
  const design = useDesign((state) => state.design)!
  const model = useDesign((state) => state.model)
  const [making, setMaking] = useState(false)
  const found = useQuery({
    queryKey: ['regions', design.id, design.revision],
    queryFn: async () => (await settled(), answered(api.GET('/api/v1/designs/{design}/regions', { params: { path: { design: design.id } } }))),
    refetchOnMount: 'always',
  })
  const words: Words = (name) => nodeWords(model?.nodes.find((node) => node.id === name), catalogue, language) || name
  const items = found.data?.items ?? []
  return (
    <>
      <div className="regions-head">
        <div>
          <h2>{t('regions.title')}</h2>
          <p className="soft">{t('regions.about')}</p>
        </div>
        <span>
          <Button icon={<SyncOutlined />} loading={found.isFetching} onClick={() => void found.refetch()} data-testid="regions-check">{t('regions.check')}</Button>
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)} data-testid="region-new">{t('regions.new')}</Button>
        </span>
      </div>
      <Refusal error={found.error} retry={() => void found.refetch()} />
      {found.isPending && <Loading />}
      {found.data && <Leaves may={found.data.may} places={found.data.places} />}
      {found.data && items.length === 0 && <section className="panel"><Nothing icon={<GlobalOutlined />} title={t('regions.none')} hint={t('regions.noneHint')} /></section>}
      <ul className="regions-list">{items.map((one) => <Card key={one.design} one={one} words={words} />)}</ul>
      <NewRegion open={making} close={() => setMaking(false)} />
    </>
  )
} // prettier-ignore
