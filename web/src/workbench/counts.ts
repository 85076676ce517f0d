/** How much the user has to do; asked again every half minute while the page is looked at. */
import { useQuery } from '@tanstack/react-query'
import { answered, api, type Schema } from '../api/client'

export const COUNTS = ['counts'] as const

export function useCounts(): Schema<'InboxCounts'> | undefined {
  return useQuery({
    queryKey: COUNTS,
    queryFn: () => answered(api.GET('/api/v1/counts')),
    refetchInterval: 30_000,
  }).data
}
