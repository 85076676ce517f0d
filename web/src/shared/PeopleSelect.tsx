/** Finds people by name as one types; gives their ids. */
import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answered, api } from '../api/client'
import { Face, usePeopleNames } from './people'

type Props = {
  id?: string
  value: readonly string[]
  onChange: (people: string[]) => void
  several?: boolean
  disabled?: boolean
  /** People who are not offered. */
  without?: readonly string[]
}

const SHOWN = 20

export function PeopleSelect({ id, value, onChange, several = false, disabled = false, without = [] }: Props) {
  const { t } = useTranslation()
  const [typed, type] = useState('')
  const [words, setWords] = useState('')
  useEffect(() => {
    const wait = setTimeout(() => setWords(typed.trim()), 250)
    return () => clearTimeout(wait)
  }, [typed])
  const found = useQuery({
    queryKey: ['people', words],
    queryFn: () =>
      answered(api.GET('/api/v1/people', { params: { query: { q: words || undefined, active: true, limit: SHOWN } } })),
    staleTime: 60_000,
  })
  const names = usePeopleNames(value)
  const chosen = value.map((person, index) => ({ value: person, label: names[index] ?? person }))
  const people = (found.data?.items ?? []).filter((one) => !without.includes(one.id))
  const options = people.map((one) => ({ value: one.id, label: one.name || one.id }))
  return (
    <Select
      id={id}
      labelInValue
      mode={several ? 'multiple' : undefined}
      value={several ? chosen : (chosen[0] ?? null)}
      disabled={disabled}
      allowClear
      loading={found.isFetching}
      placeholder={t('forms.people')}
      notFoundContent={found.isFetching ? null : t('forms.nobodyFound')}
      showSearch={{ filterOption: false, onSearch: type }}
      options={options}
      optionRender={(option) => (
        <span className="members-face">
          <Face id={String(option.value)} name={String(option.label)} size={22} />
          {option.label}
          <span className="soft">{String(option.value)}</span>
        </span>
      )}
      style={{ width: '100%' }}
      onChange={(picked: { value: string } | { value: string }[] | null) => {
        const list = Array.isArray(picked) ? picked : picked ? [picked] : []
        onChange(list.map((one) => one.value))
      }}
    />
  )
}
