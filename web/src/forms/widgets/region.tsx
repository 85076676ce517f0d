/** A region of China: province, city, district. Loaded where a form asks for one. */
import { useQuery } from '@tanstack/react-query'
import type { WidgetProps } from '@rjsf/utils'
import { Cascader } from 'antd'
import { useTranslation } from 'react-i18next'
import { regions } from '../regions'

const BETWEEN = '/'

export default function Region(props: WidgetProps) {
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
