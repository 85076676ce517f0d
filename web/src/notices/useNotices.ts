/** The user's notices, newest first. They are asked for again whenever the numbers in the header say that there are others. */
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useEffect, useRef } from 'react'
import { answered, api, type Schema } from '../api/client'
import { sentenceOf } from '../api/problem'
import { useLanguage } from '../i18n'
import { COUNTS, useCounts } from '../workbench/counts'

export type Notice = Schema<'Notice'>

const NOTICES = ['notices'] as const
const PAGE = 20

export function useNotices(unread: boolean) {
  const client = useQueryClient()
  const count = useCounts()?.notices
  const known = useRef(count)
  useEffect(() => {
    if (known.current !== undefined && known.current !== count) void client.invalidateQueries({ queryKey: NOTICES })
    known.current = count
  }, [client, count])
  return useInfiniteQuery({
    queryKey: [...NOTICES, unread],
    queryFn: ({ pageParam }) =>
      answered(api.GET('/api/v1/notices', { params: { query: { unread: unread || undefined, cursor: pageParam, limit: PAGE } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
}

/** Reads one, or without an id all. */
export function useRead() {
  const client = useQueryClient()
  const { message } = App.useApp()
  const { language } = useLanguage()
  return useMutation({
    mutationFn: (id?: string) =>
      answered(
        id === undefined
          ? api.POST('/api/v1/notices/read')
          : api.POST('/api/v1/notices/{notice}/read', { params: { path: { notice: id } } }),
      ),
    onSuccess: () => Promise.all([NOTICES, COUNTS].map((queryKey) => client.invalidateQueries({ queryKey }))),
    onError: (error) => void message.error(sentenceOf(error, language)),
  })
}

/** Where a notice leads: to the user's task, the case, or what could not be sent; nowhere that is not his to see. */
export function placeOf(notice: Notice, permissions: readonly string[]): string | undefined {
  if (notice.task) return `/tasks/${notice.task}`
  if (notice.readable) return `/cases/${notice.case}`
  if (notice.template === 'undelivered' && permissions.includes('notices.see')) return '/deliveries?status=dead'
  return undefined
}
