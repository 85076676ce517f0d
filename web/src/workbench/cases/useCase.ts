/** One case and what belongs to it. An open one is looked at again every few seconds, because others act on it. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { answered, api, type Schema } from '../../api/client'

export type Case = Schema<'Case'>
export type Line = Schema<'Line'>

const AGAIN = 15_000
const isOpen = (status: string | undefined) => status === 'open' || status === 'running'

export function useCase(id: string | undefined) {
  return useQuery({
    queryKey: ['case', id],
    queryFn: () => answered(api.GET('/api/v1/cases/{case}', { params: { path: { case: id ?? '' } } })),
    enabled: id !== undefined,
    refetchInterval: (query) => (isOpen(query.state.data?.case.status) ? AGAIN : false),
  })
}

/** The whole journal, page after page; `revision` asks again when the case has moved. */
export function useTimeline(about: Case) {
  return useInfiniteQuery({
    queryKey: ['case', about.id, 'timeline', about.revision],
    queryFn: ({ pageParam }) =>
      answered(
        api.GET('/api/v1/cases/{case}/timeline', { params: { path: { case: about.id }, query: { after: pageParam } } }),
      ),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next ?? undefined,
  })
}

export function useComments(id: string) {
  return useQuery({
    queryKey: ['case', id, 'comments'],
    queryFn: () => answered(api.GET('/api/v1/cases/{case}/comments', { params: { path: { case: id } } })),
  })
}

export function useAttachments(id: string) {
  return useQuery({
    queryKey: ['case', id, 'attachments'],
    queryFn: () => answered(api.GET('/api/v1/cases/{case}/attachments', { params: { path: { case: id } } })),
  })
}
