/** The one way to the API: typed by its OpenAPI document, with the session's cookie, in the user's language. */
import createClient, { type Middleware } from 'openapi-fetch'
import { keptLanguage } from '../i18n'
import { ApiProblem, problemOf } from './problem'
import type { components, paths } from './schema'

export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]

const inLanguage: Middleware = {
  onRequest({ request }) {
    request.headers.set('Accept-Language', keptLanguage())
    return request
  },
}

export const api = createClient<paths>({ baseUrl: '/', credentials: 'same-origin' })
api.use(inLanguage)

/** The session has ended: says so to whoever shows the sign-in page. */
export function signedOut(): void {
  onSignedOut()
}

type Answer<Data> = { data?: Data; error?: unknown; response: Response }

/** Who is told that the session has ended; set by auth/session. */
let onSignedOut: () => void = () => {}
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener
}

/** The data of an answer. Throws `ApiProblem` for a refusal, and for a server that cannot be reached. */
export async function answered<Data>(asked: Promise<Answer<Data>>): Promise<Data> {
  let answer: Answer<Data>
  try {
    answer = await asked
  } catch {
    throw ApiProblem.offline()
  }
  if (!answer.response.ok) {
    const problem = problemOf(answer.response, answer.error)
    if (problem.code === 'unauthenticated') signedOut()
    throw problem
  }
  return answer.data as Data
}
