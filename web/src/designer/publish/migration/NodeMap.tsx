/** Where cases go that stand at a node that the new version does not have. */
import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { answered, api } from '../../../api/client'
import { useLanguage } from '../../../i18n'
import { kindOf, useCatalogue } from '../../catalogue'
import type { FlowNode } from '../../types'
import type { Batch } from '../useReleases'
import type { Place } from './nodes'

export function useReasons(batch: Batch) {
  return useQuery({
    queryKey: ['bulk-reasons', batch.id],
    queryFn: () => answered(api.GET('/api/v1/bulk/{batch}/reasons', { params: { path: { batch: batch.id } } })),
    enabled: batch.status !== 'running',
  })
}

type Props = { batch: Batch; places: Place[]; before: Place[]; map: Record<string, string>; change: (map: Record<string, string>) => void }

export function NodeMap({ batch, places, before, map, change }: Props) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const catalogue = useCatalogue()
  const missing = useReasons(batch).data?.missing ?? {}
  const keys = [...new Set([...Object.keys(missing), ...Object.keys(map)])]
  if (keys.length === 0) return null
  const kind = (place: Place) => text(kindOf(catalogue, { kind: place.kind } as FlowNode)?.title) || place.kind
  return (
    <div className="migrate-map" data-testid="migrate-map">
      <h4>{t('migrate.mapTitle')}</h4>
      <p className="soft small">{t('migrate.mapHint')}</p>
      {keys.map((key) => {
        const old = before.find((one) => one.value === key)
        const within = old?.within ?? key.slice(0, key.lastIndexOf('/') + 1)
        const options = places.filter((one) => one.within === within).map((one) => ({ value: one.value, label: `${one.label} · ${kind(one)}` }))
        return (
          <div key={key} className="migrate-map-row">
            <label htmlFor={`map-${key}`}>
              {old?.label ?? key} {missing[key] !== undefined && <span className="soft small">{t('migrate.casesHere', { count: missing[key] })}</span>}
            </label>
            <Select
              id={`map-${key}`}
              showSearch={{ optionFilterProp: 'label' }}
              allowClear
              value={map[key]}
              options={options}
              placeholder={t('migrate.goesTo')}
              onChange={(next?: string) => {
                const rest = Object.fromEntries(Object.entries(map).filter(([name]) => name !== key))
                change(next ? { ...rest, [key]: next } : rest)
              }}
            />
          </div>
        )
      })}
    </div>
  )
}
