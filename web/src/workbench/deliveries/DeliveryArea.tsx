/** Everything that was sent to the outside or is to be, with what could not; operators have it sent again here. */
import { SendOutlined, SearchOutlined } from '@ant-design/icons'
import { Button, Select, Table, type TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { Loading } from '../../app/Loading'
import { useLanguage } from '../../i18n'
import { Nothing } from '../../shared/Nothing'
import { Page } from '../../shared/Page'
import { Refusal } from '../../shared/Refusal'
import { usePhone } from '../../shared/usePhone'
import { whenText } from '../../shared/when'
import { NextPage } from '../lists'
import { KINDS, KindTag, SendAgain, Standing, STATUSES, What, Whom } from './parts'
import { useDeliveries, type Delivery, type Wanted } from './useDeliveries'
import '../cases/cases.css'
import './deliveries.css'

function useWanted(): [Wanted, (change: Wanted) => void] {
  const [params, setParams] = useSearchParams()
  const status = STATUSES.find((one) => one === params.get('status'))
  const kind = KINDS.find((one) => one === params.get('kind'))
  const wanted = { status, kind, case: params.get('case') ?? undefined }
  const want = (change: Wanted) => {
    const kept = Object.entries({ ...wanted, ...change }).filter(([, value]) => value)
    setParams(Object.fromEntries(kept) as Record<string, string>, { replace: true })
  }
  return [wanted, want]
}

function Filters({ wanted, want }: { wanted: Wanted; want: (change: Wanted) => void }) {
  const { t } = useTranslation()
  return (
    <div className="cases-filters">
      <Select
        aria-label={t('work.cases.status')}
        value={(wanted.status ?? '') as Delivery['status'] | ''}
        onChange={(status) => want({ status: status || undefined })}
        className="cases-select"
        options={[
          { value: '' as const, label: t('work.cases.everyStatus') },
          ...STATUSES.map((status) => ({ value: status, label: t(`work.sent.status.${status}`) })),
        ]}
      />
      <Select
        aria-label={t('work.sent.way')}
        value={wanted.kind ?? ''}
        onChange={(kind) => want({ kind: kind || undefined })}
        className="cases-select"
        options={[
          { value: '', label: t('work.sent.everyWay') },
          ...KINDS.map((kind) => ({ value: kind, label: t(`work.sent.kind.${kind}`) })),
        ]}
      />
    </div>
  )
}

function OfCase({ about }: { about: Delivery }) {
  const { t } = useTranslation()
  return about.case ? <Link to={`/cases/${about.case}`}>{t('work.sent.case')}</Link> : <span className="soft">—</span>
}

function DeliveryTable({ items }: { items: Delivery[] }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const columns: TableColumnsType<Delivery> = [
    {
      title: t('work.sent.what'),
      render: (_, one) => (
        <div className="sent-what">
          <span className="cases-title">
            <What about={one} />
          </span>
          <KindTag about={one} />
        </div>
      ),
    },
    { title: t('work.sent.to'), width: 180, render: (_, one) => <Whom about={one} /> },
    { title: t('work.cases.status'), render: (_, one) => <Standing about={one} /> },
    { title: t('work.cases.case'), width: 120, render: (_, one) => <OfCase about={one} /> },
    { title: t('work.sent.at'), width: 130, render: (_, one) => whenText(one.created_at, language) },
    { title: '', key: 'do', width: 130, align: 'right', render: (_, one) => <SendAgain about={one} /> },
  ]
  return <Table<Delivery> rowKey="id" columns={columns} dataSource={items} pagination={false} size="middle" />
}

function DeliveryCards({ items }: { items: Delivery[] }) {
  const { language } = useLanguage()
  return (
    <ul className="case-cards">
      {items.map((one) => (
        <li key={one.id} className="case-card">
          <span className="case-card-line">
            <strong>
              <What about={one} />
            </strong>
            <KindTag about={one} />
          </span>
          <span>
            <Whom about={one} />
          </span>
          <Standing about={one} />
          <span className="case-card-line soft">
            <span>{whenText(one.created_at, language)}</span>
            <OfCase about={one} />
          </span>
          <SendAgain about={one} />
        </li>
      ))}
    </ul>
  )
}

export default function DeliveryArea() {
  const { t } = useTranslation()
  const phone = usePhone()
  const [wanted, want] = useWanted()
  const found = useDeliveries(wanted)
  const items = found.data?.pages.flatMap((page) => page.items) ?? []
  const filtered = Boolean(wanted.status || wanted.kind || wanted.case)
  const clear = <Button onClick={() => want({ status: undefined, kind: undefined, case: undefined })}>{t('work.tasks.clear')}</Button>
  return (
    <Page title={t('work.sent.title')} about={t('work.sent.about')}>
      <div className="panel cases">
        <Filters wanted={wanted} want={want} />
        <Refusal error={found.error} retry={() => void found.refetch()} />
        {found.isPending && <Loading />}
        {found.isSuccess && items.length === 0 && (
          <Nothing
            icon={filtered ? <SearchOutlined /> : <SendOutlined />}
            title={t(filtered ? 'work.sent.emptyFound' : 'work.sent.empty')}
            hint={t(filtered ? 'work.sent.emptyFoundHint' : 'work.sent.emptyHint')}
            action={filtered ? clear : undefined}
          />
        )}
        {items.length > 0 && (phone ? <DeliveryCards items={items} /> : <DeliveryTable items={items} />)}
        <NextPage found={found} />
      </div>
    </Page>
  )
}
