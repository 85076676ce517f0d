/** The versions of the process of the design that is open, and the batches that move its cases. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { answered, api, type Schema } from '../../api/client'
import { useDesign } from '../store/design'

export type Releases = Schema<'Releases'>
export type Release = Schema<'Release'>
export type Rollout = Schema<'Rollout'>
export type Batch = Schema<'Batch'>
export type BatchItem = Schema<'BatchItem'>

export function useReleases() {
  const id = useDesign((state) => state.design!.id)
  return useQuery({
    queryKey: ['releases', id],
    queryFn: () => answered(api.GET('/api/v1/designs/{design}/releases', { params: { path: { design: id } } })),
    refetchOnMount: 'always',
  })
}

/** Has what depends on versions and roll-outs asked for again. */
export function useChanged(): () => Promise<void> {
  const client = useQueryClient()
  return async () => {
    await Promise.all(['releases', 'gate', 'designs', 'processes', 'diff'].map((key) => client.invalidateQueries({ queryKey: [key] })))
  }
}

/** A batch, asked for again as long as it runs. */
export function useBatch(id: string | null) {
  return useQuery({
    queryKey: ['bulk', id],
    queryFn: () => answered(api.GET('/api/v1/bulk/{batch}', { params: { path: { batch: id ?? '' } } })),
    enabled: id !== null,
    refetchInterval: (asked) => (asked.state.data?.status === 'running' ? 600 : false),
  })
}

export const isOver = (batch: Batch | undefined) => batch !== undefined && batch.status !== 'running'
export const numberOf = (batch: Batch | undefined, code: string) => batch?.codes[code] ?? 0
