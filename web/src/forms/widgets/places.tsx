/** Where somebody or something belongs: a department of the organisation, a region of China. */
import { useQuery } from '@tanstack/react-query'
import type { WidgetProps } from '@rjsf/utils'
import { Select } from 'antd'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { answered, api } from '../../api/client'
import { useLanguage } from '../../i18n'

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

const Region = lazy(() => import('./region'))

/** The list and what shows it are large, and few forms ask for a region. */
export function RegionWidget(props: WidgetProps) {
  return (
    <Suspense fallback={null}>
      <Region {...props} />
    </Suspense>
  )
}
