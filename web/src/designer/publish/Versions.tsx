/** Everything that was saved: give a state a name, compare it, go back to it. */
import { HistoryOutlined } from '@ant-design/icons'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Input, Modal, Switch, Tag } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '../../api/problem'
import { useLanguage } from '../../i18n'
import { PersonName } from '../../shared/people'
import { Refusal } from '../../shared/Refusal'
import { whenText } from '../../shared/when'
import { designs } from '../api'
import { replaced, settled, useDesign } from '../store/design'
import type { Revision } from '../types'
import { Differences } from './Differences'

export function Versions() {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const { message } = App.useApp()
  const client = useQueryClient()
  const design = useDesign((state) => state.design)!
  const [named, setNamed] = useState(false)
  const [naming, setNaming] = useState<{ revision: number; name: string; notes: string } | null>(null)
  const [seen, setSeen] = useState<Revision | null>(null)
  const found = useQuery({ queryKey: ['revisions', design.id, design.revision, named], queryFn: () => designs.revisions(design.id, named) })
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await settled()
      await work()
      await client.invalidateQueries({ queryKey: ['revisions'] })
    } catch (error) {
      void message.error(sentenceOf(error, language))
    }
  }
  const restore = (revision: number) =>
    attempt(async () => {
      const answer = await designs.restore(design.id, { revision }, useDesign.getState().etag)
      replaced(answer, t('publish.did.restore', { revision }))
      void message.success(t('publish.restored', { revision }))
    })
  const name = () => attempt(async () => (await designs.name(design.id, naming), setNaming(null)))
  return (
    <section className="panel panel-body versions">
      <header>
        <label className="prop-inline">
          <Switch size="small" checked={named} onChange={setNamed} /> {t('publish.namedOnly')}
        </label>
        <Button disabled={!design.may.edit} onClick={() => setNaming({ revision: design.revision, name: '', notes: '' })} data-testid="name-version">{t('publish.nameNow')}</Button>
      </header>
      <Refusal error={found.error} />
      <ul>
        {(found.data?.items ?? []).map((one) => (
          <li key={one.revision}>
            <HistoryOutlined aria-hidden />
            <span>
              <strong>{one.name || t('publish.revision', { revision: one.revision })}</strong> {one.revision === design.revision && <Tag color="processing">{t('publish.current')}</Tag>}
              <span className="soft small"> <PersonName id={one.by} /> · {whenText(one.at, language)}</span>
              {one.notes && <span className="soft versions-notes">{one.notes}</span>}
            </span>
            {one.revision !== design.revision && (
              <>
                <Button size="small" type="text" onClick={() => setSeen(one)}>{t('publish.compare')}</Button>
                <Button size="small" disabled={!design.may.edit} onClick={() => void restore(one.revision)}>{t('publish.restore')}</Button>
              </>
            )}
          </li>
        ))}
      </ul>
      <Modal open={naming !== null} title={t('publish.nameNow')} okText={t('publish.nameNow')} cancelText={t('app.cancel')} okButtonProps={{ disabled: !naming?.name.trim() }} onOk={() => void name()} onCancel={() => setNaming(null)}>
        <label className="prop-name" htmlFor="version-name">{t('publish.versionName')}</label>
        <Input id="version-name" value={naming?.name ?? ''} maxLength={100} onChange={(event) => naming && setNaming({ ...naming, name: event.target.value })} />
        <label className="prop-name" htmlFor="version-notes">{t('publish.notes')}</label>
        <Input.TextArea id="version-notes" rows={3} maxLength={2000} value={naming?.notes ?? ''} onChange={(event) => naming && setNaming({ ...naming, notes: event.target.value })} />
      </Modal>
      <Modal open={seen !== null} width={1100} footer={null} title={t('publish.compareTitle', { revision: seen?.revision })} onCancel={() => setSeen(null)} destroyOnHidden>
        {seen && <Differences from={`revision:${seen.revision}`} to="draft" />}
      </Modal>
    </section>
  )
} // prettier-ignore
