/** Who may see, edit and publish a process, by region: shown to all who may see it, changed by administrators. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { useMutation, useQuery } from '@tanstack/react-query'
import { App, Button, Input, Select, Tag } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answered, api, type Schema } from '../../api/client'
import { Loading } from '../../app/Loading'
import { Refusal } from '../../shared/Refusal'
import { useLanguage } from '../../i18n'
import { AccessInput } from '../props/controls/AccessControl'
import { useOffered } from '../props/controls/Picks'
import { useDesign } from '../store/design'
import './rights.css'

type Given = Schema<'RightOnProcess'>
const RIGHTS = ['see', 'edit', 'publish'] as const
/** One line of the table: a region with who has which right there. */
type Line = { region: string; see: string[]; edit: string[]; publish: string[] }

function linesOf(items: readonly Given[]): Line[] {
  const lines = new Map<string, Line>()
  for (const { region, right, who } of items) {
    const line = lines.get(region) ?? { region, see: [], edit: [], publish: [] }
    line[right].push(who)
    lines.set(region, line)
  }
  return [...lines.values()].sort((one, other) => Number(one.region !== '*') - Number(other.region !== '*') || one.region.localeCompare(other.region))
}

const itemsOf = (lines: readonly Line[]): Given[] =>
  lines.flatMap((line) => RIGHTS.flatMap((right) => line[right].map((who) => ({ region: line.region, right, who }))))

function useNames(): (who: string) => string {
  const offered = { role: useOffered('role'), group: useOffered('group'), user: useOffered('user') }
  return (who) => {
    const [sort = '', name = ''] = [who.slice(0, who.indexOf(':')), who.slice(who.indexOf(':') + 1)]
    return offered[sort as 'role']?.find((one) => one.value === name)?.label ?? name
  }
}

function RegionName({ line, change }: { line: Line; change: (region: string) => void }) {
  const { t } = useTranslation()
  const sort = line.region === '*' ? 'all' : line.region === '' ? 'head' : 'region'
  return (
    <div className="rights-region">
      <Select aria-label={t('rights.region')} value={sort} options={(['all', 'head', 'region'] as const).map((one) => ({ value: one, label: t(`rights.where.${one}`) }))} onChange={(next) => change(next === 'all' ? '*' : next === 'head' ? '' : t('rights.regionNew'))} />
      {sort === 'region' && <Input aria-label={t('rights.regionName')} value={line.region} maxLength={60} onChange={(event) => event.target.value !== '*' && event.target.value !== '' && change(event.target.value)} />}
    </div>
  )
} // prettier-ignore

function Editor({ lines, set }: { lines: Line[]; set: (lines: Line[]) => void }) {
  const { t } = useTranslation()
  const put = (index: number, part: Partial<Line>) => set(lines.map((line, at) => (at === index ? { ...line, ...part } : line)))
  return (
    <>
      {lines.map((line, index) => (
        <div key={index} className="rights-line" data-testid="rights-line">
          <RegionName line={line} change={(region) => put(index, { region })} />
          {RIGHTS.map((right) => (
            <div key={right} className="rights-who">
              <span className="prop-name" id={`right-${index}-${right}`}>{t(`rights.right.${right}`)}</span>
              <AccessInput value={line[right]} label={t(`rights.right.${right}`)} placeholder={t('rights.nobody')} change={(who) => put(index, { [right]: who ?? [] })} />
            </div>
          ))}
          <Button type="text" icon={<DeleteOutlined />} aria-label={t('rights.drop')} onClick={() => set(lines.filter((_, at) => at !== index))} />
        </div>
      ))}
      <Button icon={<PlusOutlined />} type="dashed" onClick={() => set([...lines, { region: lines.some((line) => line.region === '*') ? t('rights.regionNew') : '*', see: [], edit: [], publish: [] }])} data-testid="rights-add">
        {t('rights.add')}
      </Button>
    </>
  )
} // prettier-ignore

function Shown({ items }: { items: readonly Given[] }) {
  const { t } = useTranslation()
  const { list } = useLanguage()
  const names = useNames()
  return (
    <ul className="rights-shown">
      {linesOf(items).map((line) => (
        <li key={line.region}>
          <strong>{line.region === '*' ? t('rights.where.all') : line.region || t('rights.where.head')}</strong>
          {RIGHTS.filter((right) => line[right].length > 0).map((right) => (
            <span key={right}>
              {t('rights.who', { right: t(`rights.right.${right}`), who: list(line[right].map(names)) })}
            </span>
          ))}
        </li>
      ))}
    </ul>
  )
}

export default function RightsPage() {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const id = useDesign((state) => state.design!.id)
  const [lines, set] = useState<Line[]>([])
  const path = { path: { design: id } }
  const found = useQuery({ queryKey: ['rights', id], queryFn: () => answered(api.GET('/api/v1/designs/{design}/rights', { params: path })), refetchOnMount: 'always' })
  const was = JSON.stringify(itemsOf(linesOf(found.data?.items ?? [])))
  useEffect(() => set(linesOf(found.data?.items ?? [])), [found.data])
  const save = useMutation({
    mutationFn: () => answered(api.PUT('/api/v1/designs/{design}/rights', { params: path, body: { items: itemsOf(lines) } })),
    onSuccess: async () => {
      void message.success(t('rights.saved'))
      await found.refetch()
    },
  })
  if (found.isPending) return <Loading />
  const all = found.data
  const changed = JSON.stringify(itemsOf(lines)) !== was
  return (
    <div className="step-page trial-page">
      <div className="rights-head">
        <div>
          <h2>{t('rights.title')}</h2>
          <p className="soft">{t('rights.about')}</p>
        </div>
        {all && <Tag className="tag-open">{t('rights.mine', { right: t(`rights.right.${all.mine}`) })}</Tag>}
      </div>
      <Refusal error={found.error ?? save.error} />
      {all && (
        <section className="panel panel-body rights">
          {lines.length === 0 && <p className="soft">{t('rights.default')}</p>}
          {all.may_change ? <Editor lines={lines} set={set} /> : <Shown items={all.items} />}
          {all.everywhere.length > 0 && (
            <div className="rights-everywhere">
              <h3>{t('rights.everywhere')}</h3>
              <Shown items={all.everywhere} />
            </div>
          )}
          {all.may_change ? (
            <footer>
              {(lines.length > 0 || changed) && <Button type="primary" disabled={!changed} loading={save.isPending} onClick={() => save.mutate()} data-testid="rights-save">
                {t('rights.save')}
              </Button>}
              {lines.length > 0 && <span className="soft small">{t('rights.adminToo')}</span>}
            </footer>
          ) : (
            <p className="soft small">{t('rights.askAdmin')}</p>
          )}
        </section>
      )}
    </div>
  )
} // prettier-ignore
