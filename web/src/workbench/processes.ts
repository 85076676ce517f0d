/** The published processes: titles by id, and the plan of a version, which never changes once published. */
import { useQueries, useQuery } from '@tanstack/react-query'
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

const asked = (process: string | undefined, version: number | undefined) => ({
  queryKey: ['plan', process, version],
  queryFn: async () => {
    const path = { process: process ?? '', number: version ?? 0 }
    const found = await answered(api.GET('/api/v1/processes/{process}/versions/{number}', { params: { path } }))
    return found.plan as Plan
  },
  enabled: process !== undefined && version !== undefined,
  staleTime: Infinity,
})

/** The plans of several cases, each version asked for once. */
export function usePlans(about: readonly { process: string; version: number }[]): (one: { process: string; version: number }) => Plan | undefined {
  const name = (one: { process: string; version: number }) => `${one.process} ${one.version}`
  const each = [...new Map(about.map((one) => [name(one), one])).values()]
  const found = useQueries({ queries: each.map((one) => asked(one.process, one.version)) })
  return (one) => found[each.findIndex((other) => name(other) === name(one))]?.data
}

/** One version with its plan. */
export function usePlan(process: string | undefined, version: number | undefined) {
  return useQuery(asked(process, version))
}
