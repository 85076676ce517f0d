/**
 * The user's own draft of a form: read once, then saved a moment after each change. Another window that saves it
 * meanwhile stops this one, so that neither overwrites the other.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { answered, api, type Schema } from '../api/client'
import { ApiProblem } from '../api/problem'

type Form = Record<string, unknown>
export type Subject = { task: string } | { process: string }
export type DraftState = 'none' | 'saving' | 'saved' | 'unsaved' | 'elsewhere'
type Saved = Schema<'FormDraft'>

const PAUSE = 800

async function find(subject: Subject): Promise<Saved | null> {
  const { items } = await answered(api.GET('/api/v1/drafts'))
  const fits = (one: Saved) => ('task' in subject ? one.task === subject.task : one.process === subject.process)
  return items.find(fits) ?? null
}

function save(subject: Subject, form: Form, revision: number): Promise<Saved> {
  const headers = revision > 0 ? { 'If-Match': `"${revision}"` } : undefined
  if ('task' in subject)
    return answered(api.PUT('/api/v1/tasks/{task}/draft', { params: { path: subject }, body: { form }, headers }))
  return answered(api.PUT('/api/v1/processes/{process}/draft', { params: { path: subject }, body: { form }, headers }))
}

function drop(subject: Subject): Promise<unknown> {
  if ('task' in subject) return answered(api.DELETE('/api/v1/tasks/{task}/draft', { params: { path: subject } }))
  return answered(api.DELETE('/api/v1/processes/{process}/draft', { params: { path: subject } }))
}

export function useDraft(subject: Subject, enabled: boolean) {
  const client = useQueryClient()
  const key = ['draft', 'task' in subject ? subject.task : subject.process]
  const found = useQuery({ queryKey: key, queryFn: () => find(subject), enabled, staleTime: 0, gcTime: 0 })
  const revision = useRef(0)
  const waiting = useRef<Form | null>(null)
  const busy = useRef(false)
  const timer = useRef(0)
  const [state, setState] = useState<DraftState>('none')
  useEffect(() => {
    if (!found.data) return
    revision.current = found.data.revision
    setState('saved')
  }, [found.data])
  // eslint-disable-next-line -- `subject` is made anew at each drawing; its key says when it is another
  const flush = useCallback(async () => {
    if (busy.current || waiting.current === null) return
    busy.current = true
    const form = waiting.current
    waiting.current = null
    try {
      revision.current = (await save(subject, form, revision.current)).revision
      setState(waiting.current === null ? 'saved' : 'saving')
    } catch (error) {
      const elsewhere = error instanceof ApiProblem && error.code === 'changed_meanwhile'
      setState(elsewhere ? 'elsewhere' : 'unsaved')
    } finally {
      busy.current = false
      if (waiting.current !== null) void flush()
    }
  }, [key[1]])
  const keep = useCallback(
    (form: Form) => {
      waiting.current = form
      setState((now) => (now === 'elsewhere' ? now : 'saving'))
      clearTimeout(timer.current)
      timer.current = window.setTimeout(() => setState((now) => (now === 'elsewhere' ? now : (void flush(), now))), PAUSE)
    },
    [flush],
  )
  /** Nothing is saved after this; the revision that was saved last. */
  const stop = useCallback(() => {
    clearTimeout(timer.current)
    waiting.current = null
    return revision.current
  }, [])
  useEffect(() => () => void clearTimeout(timer.current), [])
  const discard = useCallback(async () => {
    stop()
    if (revision.current > 0) await drop(subject)
    revision.current = 0
    setState('none')
    client.setQueryData(key, null)
  }, [key[1]])
  return { isReady: !enabled || found.isFetched, form: found.data?.form, state, keep, stop, discard }
}
