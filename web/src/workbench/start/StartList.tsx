/** The processes that the user may start. */
import { AppstoreAddOutlined, RightOutlined, SearchOutlined } from '@ant-design/icons'
import { Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Loading } from '../../app/Loading'
import { useLanguage } from '../../i18n'
import { Nothing } from '../../shared/Nothing'
import { Page } from '../../shared/Page'
import { Refusal } from '../../shared/Refusal'
import { useProcesses } from '../processes'
import './start.css'

const MANY = 8

/** What a process is for, in a clause: a card has no room for the rest. */
const firstClause = (words: string) => /^.*?(?=[。；：]|[.;:]\s|[.;:]?$)/.exec(words)?.[0] ?? words

export function StartList() {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const [words, setWords] = useState('')
  const asked = useProcesses()
  const startable = (asked.data?.items ?? []).filter((one) => one.startable)
  const wanted = words.trim().toLowerCase()
  const found = startable.filter((one) => `${text(one.title)} ${one.process}`.toLowerCase().includes(wanted))
  return (
    <Page title={t('work.start.title')} about={t('work.start.about')}>
      <Refusal error={asked.error} retry={() => void asked.refetch()} />
      {asked.isPending && <Loading />}
      {startable.length > MANY && (
        <Input
          allowClear
          prefix={<SearchOutlined />}
          placeholder={t('work.start.search')}
          aria-label={t('work.start.search')}
          value={words}
          onChange={(event) => setWords(event.target.value)}
          className="start-search"
        />
      )}
      {asked.isSuccess && found.length === 0 && (
        <div className="panel">
          <Nothing icon={<AppstoreAddOutlined />} title={t('work.start.empty')} hint={t('work.start.emptyHint')} />
        </div>
      )}
      <ul className="start-list">
        {found.map((one) => {
          const title = text(one.title) || one.process
          return (
            <li key={one.process}>
              <Link to={`/start/${one.process}`} className="start-card">
                <span className="start-mark" aria-hidden="true">
                  {title.slice(0, 1).toUpperCase()}
                </span>
                <span className="start-name">
                  <strong>{title}</strong>
                  {text(one.description) && <span className="soft start-about">{firstClause(text(one.description))}</span>}
                </span>
                <RightOutlined aria-hidden="true" className="soft" />
              </Link>
            </li>
          )
        })}
      </ul>
    </Page>
  )
}
