/** What was sent to the outside, or is to be: for operators. What waits is looked at again, because it moves by itself. */
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useTranslation } from 'react-i18next'
import { answered, api, type Schema } from '../../api/client'
import { sentenceOf } from '../../api/problem'
import { useLanguage } from '../../i18n'

export type Delivery = Schema<'Delivery'>
export type Wanted = { status?: Delivery['status']; kind?: string; case?: string }

const DELIVERIES = 'deliveries'
const AGAIN = 15_000

export function useDeliveries(wanted: Wanted, limit = 30) {
  return useInfiniteQuery({
    queryKey: [DELIVERIES, wanted, limit],
    queryFn: ({ pageParam }) =>
      answered(api.GET('/api/v1/deliveries', { params: { query: { ...wanted, kind: wanted.kind as never, cursor: pageParam, limit } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: AGAIN,
  })
}

/** Has something that was given up sent again. */
export function useSendAgain() {
  const client = useQueryClient()
  const { message } = App.useApp()
  const { language } = useLanguage()
  const { t } = useTranslation()
  return useMutation({
    mutationFn: (id: string) => answered(api.POST('/api/v1/deliveries/{id}/retry', { params: { path: { id } } })),
    onSuccess: async () => {
      void message.success(t('work.sent.againDone'))
      await client.invalidateQueries({ queryKey: [DELIVERIES] })
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  })
}
