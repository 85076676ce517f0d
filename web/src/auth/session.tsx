/** Who is signed in. The session itself is a cookie that scripts cannot read; here is only what `GET /me` says. */
import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { createContext, useContext, useEffect, type ReactNode } from 'react'
import { answered, api, whenSignedOut, type Schema } from '../api/client'
import { ApiProblem } from '../api/problem'

export type Me = Schema<'Me'>
type Session = { me: Me | null; leave: () => Promise<void> }

const SessionContext = createContext<Session>({ me: null, leave: async () => {} })
const ME = ['me'] as const

/** Whether this browser had a session: without one there is nobody to ask for, and no refusal to cause. */
const HINT = 'waystation.session'

export async function whoAmI(): Promise<Me | null> {
  if (localStorage.getItem(HINT) === null) return null
  try {
    return await answered(api.GET('/api/v1/me'))
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return null
    throw error
  }
}

/** Somebody else, or nobody: what was fetched for the one before is forgotten. */
export function changeUser(client: QueryClient, me: Me | null): void {
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== ME[0] })
  if (me === null) localStorage.removeItem(HINT)
  client.setQueryData(ME, me)
}

/** A session has begun, or will have when the browser is back. */
export function expectSession(): void {
  localStorage.setItem(HINT, '1')
}

/** Gives its children the session; `waiting` stands there until it is known. */
export function SessionProvider({ children, waiting }: { children: ReactNode; waiting: ReactNode }) {
  const client = useQueryClient()
  const asked = useQuery({ queryKey: ME, queryFn: whoAmI, staleTime: Infinity })
  useEffect(() => whenSignedOut(() => changeUser(client, null)), [client])
  if (asked.isPending) return waiting
  if (asked.isError) throw asked.error
  const leave = async () => {
    await answered(api.DELETE('/api/v1/sessions/current'))
    changeUser(client, null)
  }
  return <SessionContext.Provider value={{ me: asked.data, leave }}>{children}</SessionContext.Provider>
}

export function useSession(): Session {
  return useContext(SessionContext)
}

/** Who is signed in; only below the shell, where somebody is. */
export function useMe(): Me {
  const { me } = useContext(SessionContext)
  if (me === null) throw new Error('nobody is signed in')
  return me
}
