/** A page of tasks after the other, by what stands in the address: box, words, process, lateness, order. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import { answered, api, type Schema } from '../../api/client'

export type Task = Schema<'Task'>
export const boxes = ['todo', 'pool', 'done'] as const
export type Box = (typeof boxes)[number]
export const orders = ['due', 'priority', 'created'] as const
export type Order = (typeof orders)[number]
export type Asked = { box: Box; text: string; process: string; overdue: boolean; order: Order }

const PAGE = 30
/** The first part of the key of every list of tasks: what has changed a task forgets all of them. */
export const TASKS = 'tasks'

/** What the address asks for, and how to ask for something else; the address can be kept and shared. */
export function useAsked(): [Asked, (change: Partial<Asked>) => void] {
  const [params, setParams] = useSearchParams()
  const asked: Asked = {
    box: boxes.find((box) => box === params.get('box')) ?? 'todo',
    text: params.get('text') ?? '',
    process: params.get('process') ?? '',
    overdue: params.get('overdue') === '1',
    order: orders.find((order) => order === params.get('order')) ?? 'due',
  }
  const ask = (change: Partial<Asked>) => {
    const next = { ...asked, ...change }
    const kept: [string, string][] = [
      ['box', next.box === 'todo' ? '' : next.box],
      ['text', next.text],
      ['process', next.process],
      ['overdue', next.overdue ? '1' : ''],
      ['order', next.order === 'due' ? '' : next.order],
    ]
    setParams(Object.fromEntries(kept.filter(([, value]) => value !== '')), { replace: true })
  }
  return [asked, ask]
}

export function useTasks(asked: Asked) {
  return useInfiniteQuery({
    queryKey: [TASKS, asked],
    queryFn: ({ pageParam }) =>
      answered(
        api.GET('/api/v1/tasks', {
          params: {
            query: {
              box: asked.box,
              text: asked.text || undefined,
              process: asked.process ? [asked.process] : undefined,
              overdue: asked.overdue || undefined,
              sort: asked.box === 'done' ? 'updated' : asked.order,
              order: asked.box === 'done' || asked.order === 'created' ? 'desc' : 'asc',
              cursor: pageParam,
              limit: PAGE,
            },
          },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
}
