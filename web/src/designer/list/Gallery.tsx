/** Templates to begin with, by kind of business, each drawn small. */
import { PlusOutlined, SearchOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button, Drawer, Input, Segmented, Tag } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Loading } from '../../app/Loading'
import { useLanguage } from '../../i18n'
import { Nothing } from '../../shared/Nothing'
import { Page } from '../../shared/Page'
import { Refusal } from '../../shared/Refusal'
import { shelf } from '../api'
import { useCatalogue } from '../catalogue'
import { FlowSheet } from '../subnav/FlowSheet'
import type { Template } from '../types'
import { NewDesign, useMake } from './NewDesign'
import './list.css'

/** The first sentence tells a template from the others; the preview has them all. */
const first = (about: string) => /^.*?[。；.](?=\s|$|[^\x20-\x7e])/.exec(about)?.[0].replace(/；$/, '。') ?? about

function Card({ one, preview }: { one: Template; preview: () => void }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const make = useMake()
  const catalogue = useCatalogue()
  const [busy, setBusy] = useState(false)
  const use = async () => {
    setBusy(true)
    await make({ from: { template: one.template } }, 'form')
    setBusy(false)
  }
  return (
    <li className="template panel" data-testid={`template-${one.template}`}>
      <div className="template-head">
        <h2>{text(one.title)}</h2>
        <Tag>{t(`design.family.${one.family || 'other'}`)}</Tag>
      </div>
      <p className="soft">{first(text(one.about))}</p>
      <div className="template-foot">
        <span className="soft">
          {t('design.gallery.steps', { count: one.steps })}
          {one.tags.length > 0 && catalogue.kinds.length > 0 && ` · ${one.tags.slice(0, 4).map((tag) => text(catalogue.kinds.find((kind) => kind.kind === tag)?.title) || text(tag)).join(' · ')}`}
        </span>
        <span className="template-do">
          <Button size="small" onClick={preview}>
            {t('design.gallery.preview')}
          </Button>
          <Button size="small" className="template-use" loading={busy} onClick={() => void use()} data-testid="use">
            {t('design.gallery.use')}
          </Button>
        </span>
      </div>
    </li>
  )
}

function Preview({ id, close }: { id: string | null; close: () => void }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const make = useMake()
  const found = useQuery({ queryKey: ['template', id], queryFn: () => shelf.template(id ?? ''), enabled: id !== null })
  return (
    <Drawer
      open={id !== null}
      onClose={close}
      size={720}
      title={text(found.data?.title)}
      extra={
        <Button type="primary" onClick={() => id && void make({ from: { template: id } }, 'form')}>
          {t('design.gallery.use')}
        </Button>
      }
    >
      <Refusal error={found.error} />
      {found.isPending && <Loading />}
      {found.data && (
        <>
          <p className="soft">{text(found.data.about)}</p>
          <FlowSheet model={found.data.model} label={text(found.data.title)} className="template-flow" />
        </>
      )}
    </Drawer>
  )
}

export function Gallery() {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const found = useQuery({ queryKey: ['gallery'], queryFn: shelf.gallery, staleTime: 60_000 })
  const [family, setFamily] = useState('')
  const [words, setWords] = useState('')
  const [seen, setSeen] = useState<string | null>(null)
  const [way, setWay] = useState<'blank' | null>(null)
  const all = found.data?.items ?? []
  const families = [...new Set(all.map((one) => one.family || 'other'))]
  const fits = (one: Template) =>
    (!family || (one.family || 'other') === family) &&
    `${text(one.title)} ${text(one.about)} ${one.template} ${one.tags.map(text).join(' ')}`.toLowerCase().includes(words.toLowerCase())
  const shown = all.filter(fits)
  return (
    <div className="designer-pad">
      <Page title={t('design.gallery.title')} about={t('design.gallery.about')} back="/designer">
        <div className="gallery-filters">
          <Segmented
            value={family}
            onChange={setFamily}
            options={[{ value: '', label: t('design.gallery.all') }, ...families.map((one) => ({ value: one, label: t(`design.family.${one}`) }))]}
          />
          <Input
            allowClear
            prefix={<SearchOutlined />}
            placeholder={t('design.gallery.search')}
            aria-label={t('design.gallery.search')}
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        </div>
        <Refusal error={found.error} retry={() => void found.refetch()} />
        {found.isPending && <Loading />}
        {found.isSuccess && shown.length === 0 && <Nothing title={t('design.gallery.none')} hint={t('design.gallery.noneHint')} />}
        <ul className="gallery">
          {found.isSuccess && !words && !family && (
            <li>
              <button type="button" className="template template-blank" onClick={() => setWay('blank')}>
                <PlusOutlined />
                <strong>{t('design.gallery.blank')}</strong>
                <span className="soft">{t('design.gallery.blankHint')}</span>
              </button>
            </li>
          )}
          {shown.map((one) => (
            <Card key={one.template} one={one} preview={() => setSeen(one.template)} />
          ))}
        </ul>
      </Page>
      <Preview id={seen} close={() => setSeen(null)} />
      <NewDesign way={way} close={() => setWay(null)} />
    </div>
  )
}
