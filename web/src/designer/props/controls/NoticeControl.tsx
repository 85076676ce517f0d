/** Who is told, by which template. */
import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Config, Value } from '../../types'
import type { ControlProps } from '../control'
import { PeopleInput } from './PeopleControl'
import { useOffered } from './Picks'

export function NoticeInput({ value, change, node }: { value: Value; change: (value: Value) => void; node: string | null }) {
  const { t } = useTranslation()
  const templates = useOffered('template')
  const given: Config = (value as Config | undefined) ?? {}
  return (
    <div className="prop-nested">
      <PeopleInput value={given.to} node={node} assignees change={(to) => change({ ...given, to })} />
      <Select aria-label={t('props.template')} placeholder={t('props.template')} showSearch={{ optionFilterProp: 'label' }} value={given.template || undefined} options={templates} onChange={(template) => change({ ...given, template })} />
    </div>
  )
}

export function NoticeControl({ value, change, node }: ControlProps) {
  return <NoticeInput value={value} change={change} node={node} />
}
