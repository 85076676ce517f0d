/** One task, what the user may do with it, and doing it. */
import { keepPreviousData, useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { answered, api, type Schema } from '../../api/client'
import { ApiProblem } from '../../api/problem'
import { COUNTS } from '../counts'
import { TASKS } from './useTasks'

export function useTask(task: string) {
  return useQuery({
    queryKey: ['task', task],
    queryFn: () => answered(api.GET('/api/v1/tasks/{task}', { params: { path: { task } } })),
  })
}

type Filled = Schema<'FilledTask'>

export function useDesk(task: string, filled: Filled, enabled: boolean) {
  return useQuery({
    queryKey: ['desk', task, filled],
    queryFn: () => answered(api.POST('/api/v1/tasks/{task}/desk', { params: { path: { task } }, body: filled })),
    placeholderData: keepPreviousData,
    enabled,
    gcTime: 60_000,
  })
}

/** Everything that an action on a task or case may have changed. */
export async function forgetCase(client: QueryClient, caseId: string): Promise<void> {
  const keys = [[TASKS], COUNTS, ['task'], ['desk'], ['cases'], ['case', caseId]]
  await Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey })))
}

export type Sent = { verb: string; args: Record<string, unknown>; key: string }

/** Carries out a verb. The key makes a repeat of the same request harmless. */
export function useVerb(task: Schema<'Task'>, onDone: (sent: Sent) => void) {
  const client = useQueryClient()
  return useMutation<Schema<'Answered'>, unknown, Sent>({
    mutationFn: ({ verb, args, key }) =>
      // All verbs answer alike; which arguments each takes stands in verbs.ts.
      answered(
        api.POST(`/api/v1/tasks/{task}/${verb}` as '/api/v1/tasks/{task}/approve', {
          params: { path: { task: task.id }, header: { 'Idempotency-Key': key } },
          body: args as never,
        }),
      ),
    onSuccess: async (_, sent) => {
      onDone(sent)
      await forgetCase(client, task.case)
    },
    onError: async (error) => {
      // Somebody was faster: show the task as it is now.
      if (error instanceof ApiProblem && ['claimed', 'not_open', 'stale', 'not_yours'].includes(error.code))
        await forgetCase(client, task.case)
    },
  })
}
