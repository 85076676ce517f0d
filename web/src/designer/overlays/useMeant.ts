/** The process that a design means: its own model, or what a regional version and its base make together. */
import { useQuery } from '@tanstack/react-query'
import { answered, api } from '../../api/client'
import { settled, useDesign } from '../store/design'
import type { Model } from '../types'

/** What the server makes of an overlay and its newest base; asked for only where the design is one. */
export function useEffective() {
  const design = useDesign((state) => state.design)!
  return useQuery({
    queryKey: ['effective', design.id, design.revision],
    queryFn: async () => (await settled(), answered(api.GET('/api/v1/designs/{design}/effective', { params: { path: { design: design.id } } }))),
    placeholderData: (before) => before,
    refetchOnMount: 'always',
    enabled: design.base !== null,
  })
}

export function useMeant(): Model | null {
  const own = useDesign((state) => state.model)
  const overlay = useDesign((state) => state.design?.base != null)
  const found = useEffective().data?.model as unknown as Model | null | undefined
  return overlay ? (found ?? null) : own
}
