/** Where somebody or something belongs: a department of the organisation, a region of China. */
import { useQuery } from '@tanstack/react-query'
import type { WidgetProps } from '@rjsf/utils'
import { Cascader, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { answered, api } from '../../api/client'
import { useLanguage } from '../../i18n'
import { regions } from '../regions'

export function DepartmentWidget(props: WidgetProps) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const found = useQuery({
    queryKey: ['groups'],
    queryFn: () => answered(api.GET('/api/v1/organisation/{kind}', { params: { path: { kind: 'groups' } } })),
    staleTime: 10 * 60_000,
  })
  const options = (found.data?.items ?? []).map((one) => ({ value: one.id, label: text((one as { title?: unknown; name?: unknown }).title ?? (one as { name?: unknown }).name) || one.id }))
  return (
    <Select
      id={props.id}
      value={props.value ?? null}
      disabled={props.disabled || props.readonly}
      allowClear
      loading={found.isFetching}
      placeholder={t('forms.department')}
      showSearch={{ optionFilterProp: 'label' }}
      options={options}
      style={{ width: '100%' }}
      onChange={(picked: string | null) => props.onChange(picked ?? undefined)}
    />
  )
} // prettier-ignore

const BETWEEN = '/'

export function RegionWidget(props: WidgetProps) {
  const { t } = useTranslation()
  const found = useQuery({ queryKey: ['regions-of-china'], queryFn: regions, staleTime: Infinity })
  return (
    <Cascader
      id={props.id}
      value={props.value ? String(props.value).split(BETWEEN) : undefined}
      disabled={props.disabled || props.readonly}
      allowClear
      changeOnSelect
      loading={found.isFetching}
      placeholder={t('forms.region')}
      showSearch
      options={found.data ?? []}
      style={{ width: '100%' }}
      onChange={(path) => props.onChange(path?.length ? path.join(BETWEEN) : undefined)}
    />
  )
}
