/** The designs that one may see: what is published, who saved last, and how to begin another. */
import {
  AppstoreAddOutlined, CopyOutlined, DeleteOutlined, DownloadOutlined, MoreOutlined, PartitionOutlined, PlusOutlined, SearchOutlined, UploadOutlined,
} from '@ant-design/icons' // prettier-ignore
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Dropdown, Input, Table, Tag, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { sentenceOf } from '../../api/problem'
import { Loading } from '../../app/Loading'
import { useMe } from '../../auth/session'
import { useLanguage } from '../../i18n'
import { Nothing } from '../../shared/Nothing'
import { Page } from '../../shared/Page'
import { PersonName } from '../../shared/people'
import { Refusal } from '../../shared/Refusal'
import { usePhone } from '../../shared/usePhone'
import { whenText } from '../../shared/when'
import { designs } from '../api'
import { waiting } from '../store/kept'
import type { Summary } from '../types'
import { DescribeButton } from '../wording/Describe'
import { NewDesign, useMake } from './NewDesign'
import './list.css'

function More({ design }: { design: Summary }) {
  const { t } = useTranslation()
  const { text, language } = useLanguage()
  const { modal, message } = App.useApp()
  const client = useQueryClient()
  const make = useMake()
  const remove = async () => {
    const { items } = await designs.uses(design.id).catch(() => ({ items: [] }))
    modal.confirm({
      title: t('design.removeSure', { name: text(design.title) || design.process }),
      content: (
        <>
          <p>{t('design.removeHint')}</p>
          <ul>
            {items.slice(0, 6).map((use) => (
              <li key={use.kind + use.id}>{text(use)}</li>
            ))}
          </ul>
        </>
      ),
      okText: t('design.remove'),
      cancelText: t('app.cancel'),
      okButtonProps: { danger: true },
      onOk: async () => {
        await designs.remove(design.id, items.length > 0).catch((error) => message.error(sentenceOf(error, language)))
        await client.invalidateQueries({ queryKey: ['designs'] })
      },
    })
  }
  const items = [
    { key: 'copy', icon: <CopyOutlined />, label: t('design.copy'), onClick: () => void make({ from: { design: design.id } }) },
    { key: 'export', icon: <DownloadOutlined />, label: <a href={designs.exportAt(design.id)} download={`${design.process}.yaml`}>{t('design.export')}</a> },
    { key: 'remove', icon: <DeleteOutlined />, danger: true, label: t('design.remove'), disabled: !design.may.edit, onClick: () => void remove() },
  ] // prettier-ignore
  return (
    <Dropdown menu={{ items }} trigger={['click']} placement="bottomRight">
      <Button type="text" icon={<MoreOutlined />} aria-label={t('app.more')} />
    </Dropdown>
  )
}

const baseIn = (items: readonly Summary[], one: Summary) => items.find((other) => other.base === null && other.process === one.base)

/** A regional version without a title of its own is called as its base. */
function useName(items: readonly Summary[]): (one: Summary) => string {
  const { text } = useLanguage()
  const own = (one: Summary) => (text(one.title) === one.process ? '' : text(one.title))
  return (one) => own(one) || text(baseIn(items, one)?.title) || one.process
}

function useColumns(items: readonly Summary[]): TableColumnsType<Summary> {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const name = useName(items)
  const phone = usePhone()
  const unsaved = waiting(useMe().person)
  const baseOf = (one: Summary) => baseIn(items, one)
  return [
    {
      title: t('design.name'),
      render: (_, one) => (
        <Link to={`/designer/${one.id}/flow`} className="designs-name">
          <span className="designs-mark" aria-hidden="true">
            <PartitionOutlined />
          </span>
          <span>
            <strong>{name(one)}</strong>
            <span className="soft mono">{one.process}</span>
          </span>
        </Link>
      ),
    },
    { title: t('design.basics.family'), width: 160, responsive: ['md'], render: (_, one) => t(`design.family.${(baseOf(one) ?? one).family || 'other'}`) },
    {
      title: t('design.state'),
      width: phone ? 112 : 190,
      render: (_, one) => (
        <>
          {one.published ? <Tag className="tag-live">{t('design.version', one.published)}</Tag> : <Tag>{t('design.never')}</Tag>}
          {unsaved[one.id] && <Tag color="warning">{t('design.unsaved', { count: unsaved[one.id] })}</Tag>}
          {one.region && <Tag color="processing">{t('design.region', { region: one.region })}</Tag>}
        </>
      ),
    },
    {
      title: t('design.savedBy'),
      width: 220,
      responsive: ['md'],
      render: (_, one) => (
        <span className="soft">
          <PersonName id={one.saved_by} /> · {whenText(one.saved_at, language)}
        </span>
      ),
    },
    { title: <span className="visually-hidden">{t('app.more')}</span>, width: phone ? 44 : 56, render: (_, one) => <More design={one} /> },
  ]
}

export function DesignList() {
  const { t } = useTranslation()
  const go = useNavigate()
  const [words, setWords] = useState('')
  const [way, setWay] = useState<'blank' | 'import' | null>(null)
  const found = useQuery({
    queryKey: ['designs', words],
    queryFn: () => designs.list(words),
    placeholderData: keepPreviousData,
  })
  const items = found.data?.items ?? []
  const columns = useColumns(items)
  const actions = (
    <>
      <DescribeButton />
      <Button icon={<UploadOutlined />} onClick={() => setWay('import')}>
        {t('design.import')}
      </Button>
      <Button icon={<PlusOutlined />} onClick={() => setWay('blank')}>
        {t('design.fromBlank')}
      </Button>
      <Button type="primary" icon={<AppstoreAddOutlined />} onClick={() => void go('/designer/gallery')}>
        {t('design.fromGallery')}
      </Button>
    </>
  )
  return (
    <div className="designer-pad">
      <Page title={t('design.title')} about={t('design.about')} actions={actions}>
        <div className="panel designs">
          <div className="designs-filters">
            <Input
              allowClear
              prefix={<SearchOutlined />}
              placeholder={t('design.search')}
              aria-label={t('design.search')}
              value={words}
              maxLength={100}
              onChange={(event) => setWords(event.target.value)}
            />
          </div>
          <Refusal error={found.error} retry={() => void found.refetch()} />
          {found.isPending && <Loading />}
          {found.isSuccess && items.length === 0 && (
            <Nothing
              icon={<PartitionOutlined />}
              title={words ? t('design.noneFound') : t('design.emptyTitle')}
              hint={words ? t('design.noneFoundHint') : t('design.emptyHint')}
            />
          )}
          {items.length > 0 && (
            <Table<Summary> rowKey="id" columns={columns} dataSource={items} pagination={items.length > 50 && { pageSize: 50 }} scroll={{ x: 300 }} />
          )}
        </div>
      </Page>
      <NewDesign way={way} close={() => setWay(null)} />
    </div>
  )
}
