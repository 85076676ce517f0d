/** Nodes of a published version by their keys, with what they are called. */
import { useQuery } from '@tanstack/react-query'
import { answered, api } from '../../../api/client'
import { textIn, useLanguage, type Language } from '../../../i18n'
import type { Body, Plan } from '../../../workbench/plan'

export type Place = { value: string; label: string; kind: string; within: string }

/** Every node of a body, those inside other nodes after theirs. A key is `packing/weigh` inside the scope `packing`. */
export function placesOf(body: Body, language: Language, within = ''): Place[] {
  return Object.entries(body.nodes).flatMap(([name, node]) => {
    const value = within + name
    const label = textIn(node.title, language) || name
    return [{ value, label, kind: node.kind, within }, ...(node.body ? placesOf(node.body, language, `${value}/`) : [])]
  })
}

export function usePlaces(process: string, version: number | null): Place[] {
  const { language } = useLanguage()
  const found = useQuery({
    queryKey: ['process-version', process, version],
    queryFn: () => answered(api.GET('/api/v1/processes/{process}/versions/{number}', { params: { path: { process, number: version ?? 0 } } })),
    enabled: version !== null,
    staleTime: Infinity,
  })
  const plan = found.data?.plan as Plan | undefined
  return plan ? placesOf(plan.body, language) : []
}
