/** Another case: found by its title or number, shown as a link. */
import { useQuery } from '@tanstack/react-query'
import type { WidgetProps } from '@rjsf/utils'
import { Select } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useTranslation } from 'react-i18next'
import { answered, api } from '../../api/client'
import { useLanguage } from '../../i18n'
import { useSettled } from '../../shared/useSettled'

const SHOWN = 20

function useTitle(id: string): string {
  const { text } = useLanguage()
  const found = useQuery({
    queryKey: ['case-title', id],
    queryFn: () => answered(api.GET('/api/v1/cases/{case}', { params: { path: { case: id } } })),
    staleTime: 60_000,
    retry: false,
    enabled: id !== '',
  })
  return text(found.data?.case.title) || id
}

export function RecordLink({ id }: { id: string }) {
  return <Link to={`/cases/${id}`}>{useTitle(id)}</Link>
}

export function RecordWidget(props: WidgetProps) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const [typed, type] = useState('')
  const words = useSettled(typed.trim(), 250)
  const found = useQuery({
    queryKey: ['records', words],
    queryFn: () => answered(api.GET('/api/v1/cases', { params: { query: { text: words || undefined, limit: SHOWN } } })),
    staleTime: 30_000,
  })
  const value = props.value ? String(props.value) : ''
  const title = useTitle(value)
  return (
    <Select
      id={props.id}
      labelInValue
      value={value ? { value, label: title } : null}
      disabled={props.disabled || props.readonly}
      allowClear
      loading={found.isFetching}
      placeholder={t('forms.record')}
      notFoundContent={found.isFetching ? null : t('forms.noRecord')}
      showSearch={{ filterOption: false, onSearch: type }}
      options={(found.data?.items ?? []).map((one) => ({ value: one.id, label: text(one.title) || one.id }))}
      style={{ width: '100%' }}
      onChange={(picked: { value: string; label: string } | null) => props.onChange(picked?.value)}
    />
  )
}
