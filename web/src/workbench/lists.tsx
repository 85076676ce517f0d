/** What the lists of tasks and of cases have alike: words to look for, a process to choose, the next page, a way to begin. */
import { AppstoreAddOutlined, SearchOutlined } from '@ant-design/icons'
import { Button, Input, Select } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useProcesses, useProcessTitle } from './processes'

const PAUSE = 300

/** Words are asked for once no more are typed. */
export function WordsInput({ text, ask, className }: { text: string; ask: (text: string) => void; className: string }) {
  const { t } = useTranslation()
  const [words, setWords] = useState(text)
  useEffect(() => setWords(text), [text])
  useEffect(() => {
    if (words === text) return
    const wait = setTimeout(() => ask(words), PAUSE)
    return () => clearTimeout(wait)
  })
  return (
    <Input
      allowClear
      prefix={<SearchOutlined />}
      placeholder={t('work.tasks.search')}
      aria-label={t('work.tasks.search')}
      value={words}
      maxLength={100}
      onChange={(event) => setWords(event.target.value)}
      className={className}
    />
  )
}

export function ProcessSelect({ process, ask, className }: { process: string; ask: (process: string) => void; className: string }) {
  const { t } = useTranslation()
  const titles = useProcessTitle()
  const found = useProcesses().data?.items ?? []
  const options = found.map((one) => ({ value: one.process, label: titles(one.process) }))
  return (
    <Select
      aria-label={t('work.tasks.process')}
      value={process}
      onChange={ask}
      className={className}
      options={[{ value: '', label: t('work.tasks.everyProcess') }, ...options]}
    />
  )
}

export function StartOne() {
  const { t } = useTranslation()
  return (
    <Link to="/start">
      <Button type="primary" icon={<AppstoreAddOutlined />}>
        {t('work.tasks.startOne')}
      </Button>
    </Link>
  )
}

type Paged = { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> }

export function NextPage({ found }: { found: Paged }) {
  const { t } = useTranslation()
  if (!found.hasNextPage) return null
  return (
    <div className="tasks-more">
      <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
        {t('work.tasks.more')}
      </Button>
    </div>
  )
}
