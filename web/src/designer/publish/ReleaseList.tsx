/** The versions that were published: what new cases get, how many cases live on each, and taking one out of use. */
import { useMutation } from '@tanstack/react-query'
import { Button, Input, Modal, Table, Tag, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { answered, api } from '../../api/client'
import { Loading } from '../../app/Loading'
import { useLanguage } from '../../i18n'
import { PersonName } from '../../shared/people'
import { Refusal } from '../../shared/Refusal'
import { usePhone } from '../../shared/usePhone'
import { whenText } from '../../shared/when'
import { useDesign } from '../store/design'
import { RolloutCard } from './RolloutCard'
import { useChanged, useReleases, type Release, type Releases } from './useReleases'

function State({ one, all }: { one: Release; all: Releases }) {
  const { t } = useTranslation()
  const { rollout, offered } = all
  if (one.retired) return <Tag>{t('publish.retired')}</Tag>
  if (rollout?.version === one.version) return <Tag color="processing">{t('publish.rolling')}</Tag>
  if (rollout?.base === one.version) return <Tag className="tag-live">{t('publish.forOthers')}</Tag>
  if (offered === one.version) return <Tag className="tag-live">{t('publish.inUse')}</Tag>
  return <Tag>{t('publish.older')}</Tag>
}

function Why({ asked, close }: { asked: Release | null; close: () => void }) {
  const { t } = useTranslation()
  const changed = useChanged()
  const process = useDesign((state) => state.design!.process)
  const [reason, setReason] = useState('')
  const retire = useMutation({
    mutationFn: async (number: number) => {
      await answered(api.POST('/api/v1/processes/{process}/versions/{number}/retire', { params: { path: { process, number } }, body: { reason } }))
      await changed()
      close()
    },
  })
  return (
    <Modal open={asked !== null} title={t('publish.retireSure', { version: asked?.version })} okText={t('publish.retire')} okButtonProps={{ danger: true, loading: retire.isPending }} cancelText={t('app.cancel')} onCancel={close} onOk={() => asked && retire.mutate(asked.version)} afterClose={() => (setReason(''), retire.reset())}>
      <p>{t('publish.retireHint')}</p>
      <label className="prop-name" htmlFor="retire-reason">{t('publish.reason')}</label>
      <Input id="retire-reason" value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
      <Refusal error={retire.error} />
    </Modal>
  )
} // prettier-ignore

function Actions({ one, all, retire }: { one: Release; all: Releases; retire: (one: Release) => void }) {
  const { t } = useTranslation()
  const changed = useChanged()
  const id = useDesign((state) => state.design!.id)
  const offer = useMutation({
    mutationFn: async () => {
      await answered(api.POST('/api/v1/processes/{process}/versions/{number}/offer', { params: { path: { process: all.process, number: one.version } } }))
      await changed()
    },
  })
  const target = all.versions.find((other) => other.version !== one.version && !other.retired && other.version > one.version)
  const rolling = all.rollout !== null && [all.rollout.version, all.rollout.base].includes(one.version)
  return (
    <span className="release-do">
      {one.open_cases > 0 && target && all.may.migrate && (
        <Link to={`/designer/${id}/publish/migrate?from=${one.version}&to=${target.version}`}>{t('publish.moveCases')}</Link>
      )}
      {all.may.release && one.retired && <Button size="small" loading={offer.isPending} onClick={() => offer.mutate()}>{t('publish.offer')}</Button>}
      {all.may.release && !one.retired && !rolling && <Button size="small" type="text" danger onClick={() => retire(one)} data-testid={`retire-${one.version}`}>{t('publish.retire')}</Button>}
    </span>
  )
} // prettier-ignore

function useColumns(all: Releases, retire: (one: Release) => void): TableColumnsType<Release> {
  const { t } = useTranslation()
  const { language } = useLanguage()
  return [
    { title: t('publish.versionColumn'), width: 170, render: (_, one) => <><strong className="release-number">v{one.version}</strong> <State one={one} all={all} /></> },
    {
      title: t('publish.notes'),
      render: (_, one) => (
        <>
          {one.notes || <span className="soft">{t('publish.noNotes')}</span>}
          {one.retired && <div className="soft small"><PersonName id={one.retired.by} /> · {whenText(one.retired.at, language)} · {t('publish.retired')}{one.retired.reason && `：${one.retired.reason}`}</div>}
        </>
      ),
    },
    { title: t('publish.publishedBy'), width: 210, render: (_, one) => <span className="soft"><PersonName id={one.published_by} /> · {whenText(one.published_at, language)}</span> },
    { title: t('publish.openNow'), width: 110, align: 'right', render: (_, one) => one.open_cases },
    { title: <span className="visually-hidden">{t('app.more')}</span>, width: 190, align: 'right', render: (_, one) => <Actions one={one} all={all} retire={retire} /> },
  ] // prettier-ignore
}

function Cards({ all, retire }: { all: Releases; retire: (one: Release) => void }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  return (
    <ul className="release-cards">
      {all.versions.map((one) => (
        <li key={one.version}>
          <div><strong className="release-number">v{one.version}</strong> <State one={one} all={all} /></div>
          {one.notes && <p>{one.notes}</p>}
          <p className="soft small"><PersonName id={one.published_by} /> · {whenText(one.published_at, language)} · {t('publish.openCount', { count: one.open_cases })}</p>
          <Actions one={one} all={all} retire={retire} />
        </li>
      ))}
    </ul>
  )
} // prettier-ignore

export function ReleaseList() {
  const { t } = useTranslation()
  const phone = usePhone()
  const mayPublish = useDesign((state) => state.design!.may.publish)
  const found = useReleases()
  const [retiring, setRetiring] = useState<Release | null>(null)
  const none: Releases = { process: '', offered: null, versions: [], rollout: null, migrations: [], may: { release: false, migrate: false } }
  const all = found.data ?? none
  const columns = useColumns(all, setRetiring)
  if (found.isPending) return <Loading />
  return (
    <>
      <Refusal error={found.error} retry={() => void found.refetch()} />
      {all.rollout && <RolloutCard rollout={all.rollout} may={all.may.release || mayPublish} />}
      {all.offered === null && <p className="bad">{t('publish.nothingOffered')}</p>}
      <section className="panel releases" aria-label={t('publish.releases')}>
        {phone ? <Cards all={all} retire={setRetiring} /> : <Table<Release> rowKey="version" columns={columns} dataSource={all.versions} pagination={all.versions.length > 20 && { pageSize: 20 }} scroll={{ x: 760 }} />}
      </section>
      <Why asked={retiring} close={() => setRetiring(null)} />
    </>
  )
}
