/** The published processes: titles by id, and the plan of a version, which never changes once published. */
import { useQuery } from '@tanstack/react-query'
import { answered, api } from '../api/client'
import { useLanguage } from '../i18n'
import type { Plan } from './plan'

export function useProcesses() {
  return useQuery({
    queryKey: ['processes'],
    queryFn: () => answered(api.GET('/api/v1/processes')),
    staleTime: 5 * 60_000,
  })
}

/** The title of a process in the user's language; its id while that is not known. */
export function useProcessTitle(): (process: string) => string {
  const { text } = useLanguage()
  const found = useProcesses().data?.items
  return (process) => text(found?.find((one) => one.process === process)?.title) || process
}

/** One version with its plan. */
export function usePlan(process: string | undefined, version: number | undefined) {
  return useQuery({
    queryKey: ['plan', process, version],
    queryFn: async () => {
      const path = { process: process ?? '', number: version ?? 0 }
      const found = await answered(api.GET('/api/v1/processes/{process}/versions/{number}', { params: { path } }))
      return found.plan as Plan
    },
    enabled: process !== undefined && version !== undefined,
    staleTime: Infinity,
  })
}
