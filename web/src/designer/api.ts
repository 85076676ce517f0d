/** The designer's calls. They carry ETags, which the typed client does not show, so they go by `fetch` themselves. */
import { keptLanguage } from '../i18n'
import { signedOut } from '../api/client'
import { remember } from './props/live/played'
import { ApiProblem, problemOf } from '../api/problem'
import type * as T from './types'

/** A save that has no answer by then (ms) is tried again. */
const SAVES = 30_000

export type Tagged<Body> = { body: Body; etag: string }

/** One call of the API: its answer with its ETag. Throws `ApiProblem`. */
export async function call<Body>(method: string, path: string, body?: unknown, etag?: string): Promise<Tagged<Body>> {
  const headers: Record<string, string> = { 'Accept-Language': keptLanguage() }
  const isForm = body instanceof FormData
  if (body !== undefined && !isForm) headers['Content-Type'] = 'application/json'
  if (etag !== undefined) headers['If-Match'] = etag
  let response: Response
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      credentials: 'same-origin',
      signal: method === 'PATCH' || method === 'PUT' ? AbortSignal.timeout(SAVES) : undefined,
      body: body === undefined ? undefined : isForm ? body : JSON.stringify(body),
    })
  } catch {
    throw ApiProblem.offline()
  }
  const text = await response.text()
  let answer: unknown = null
  try {
    answer = text ? JSON.parse(text) : null
  } catch {
    answer = text
  }
  if (!response.ok) {
    const problem = problemOf(response, answer)
    if (problem.code === 'unauthenticated') signedOut()
    throw problem
  }
  return { body: answer as Body, etag: response.headers.get('ETag') ?? '' }
}

const get = async <Body>(path: string) => (await call<Body>('GET', path)).body
const post = async <Body>(path: string, body: unknown) => (await call<Body>('POST', path, body)).body
const of = (id: string) => `/designs/${encodeURIComponent(id)}`

export const designs = {
  list: (text: string) => get<{ items: T.Summary[] }>(`/designs?${new URLSearchParams(text ? { text } : {})}`),
  make: (body: unknown) => call<T.Design>('POST', '/designs', body),
  open: (id: string) => call<T.Design>('GET', of(id)),
  put: (id: string, body: unknown, etag: string) => call<T.Design>('PUT', of(id), body, etag),
  patch: (id: string, ops: T.Op[], etag: string) => call<T.Design>('PATCH', of(id), { ops }, etag),
  remove: (id: string, force = false) => call<null>('DELETE', `${of(id)}${force ? '?force=true' : ''}`),
  uses: (id: string) => get<{ items: ({ kind: string; id: string } & T.Both)[] }>(`${of(id)}/uses`),
  check: (id: string, body: unknown = {}) => post<T.Check>(`${of(id)}/check`, body),
  exportAt: (id: string) => `/api/v1${of(id)}/export`,
  revisions: (id: string, named: boolean) => get<{ items: T.Revision[] }>(`${of(id)}/revisions?named=${named}`),
  name: (id: string, body: unknown) => post(`${of(id)}/versions`, body),
  restore: (id: string, body: unknown, etag: string) => call<T.Design>('POST', `${of(id)}/restore`, body, etag),
  diff: (id: string, from: string, to: string) =>
    get<T.Diff>(`${of(id)}/diff?${new URLSearchParams({ from, to, models: 'true' })}`),
  simulate: async (id: string, body: T.Config) => {
    const played = await post<T.Value>(`${of(id)}/simulate`, body)
    // The simulator's own plays have stubs, drills have none: only the former are what somebody wants to look at again.
    const { pins: _, ...simulation } = body
    if ('actions' in body && !played?.refused) remember(id, simulation)
    return played
  },
  scenarios: (id: string) => get<{ items: T.ScenarioItem[] }>(`${of(id)}/scenarios`),
  addScenario: (id: string, body: unknown, etag: string) => call<T.Design>('POST', `${of(id)}/scenarios`, body, etag),
  dropScenario: (id: string, name: string, etag: string) =>
    call<T.Design>('DELETE', `${of(id)}/scenarios/${encodeURIComponent(name)}`, undefined, etag),
  runScenarios: (id: string, names?: string[]) =>
    post<T.ScenarioRun>(`${of(id)}/scenarios/run`, names ? { names } : {}),
  gate: (id: string) => get<T.Gate>(`${of(id)}/gate`),
  publish: (id: string, body: unknown, etag: string) => call<T.Value>('POST', `${of(id)}/publish`, body, etag),
  replay: (id: string, last: number) => post<T.Value>(`${of(id)}/replay`, { last }),
}

/** A form out of the first sheet of a file. */
export async function formOfSheet(file: File): Promise<T.FormBody> {
  const body = new FormData()
  body.append('file', file)
  return (await call<{ form: T.FormBody }>('POST', '/designs/forms/import', body)).body.form
}

export const shelf = {
  gallery: () => get<{ items: T.Template[] }>('/gallery'),
  template: (id: string) => get<T.Template & { model: T.Model }>(`/gallery/${encodeURIComponent(id)}`),
  catalogue: () => get<T.Catalogue>('/node-types'),
  library: () => get<T.Library>('/design-library'),
}
