/**
 * Edits that the server does not have yet, kept in the browser: a reload, a crash or a lost connection loses none of
 * them. Each window keeps its own; what a window left behind is taken over by the next that opens the design.
 */
import type { Op } from '../types'

/** Operations that were made together, or (`text`) the whole YAML as it was typed. */
export type Group = { ops: Op[]; label: string; key: string | null; text?: string }
type Kept = { etag: string; groups: Group[]; user: string; at: number; left?: boolean }

const PREFIX = 'waystation.design.'
/** A window that says nothing for so long (ms) is gone; hidden ones are slowed to one sign a minute. */
const GONE = 150_000
/** A sign of life comes this often (ms). */
export const ALIVE = 5000
const WINDOW = Math.random().toString(36).slice(2)

const own = (id: string) => `${PREFIX}${id}#${WINDOW}`

function read(name: string): Kept | null {
  try {
    const found = JSON.parse(localStorage.getItem(name) ?? 'null') as Kept | null
    return found && Array.isArray(found.groups) && found.groups.length > 0 ? found : null
  } catch {
    return null
  }
}

const names = () => Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index) ?? '').filter((name) => name.startsWith(PREFIX))
const isFree = (name: string, found: Kept) => name.endsWith(`#${WINDOW}`) || found.left === true || Date.now() - found.at > GONE

/** Whether they are kept: a browser without room cannot. */
export function keep(id: string, user: string, etag: string, groups: readonly Group[], { left = false } = {}): boolean {
  if (groups.length === 0) {
    localStorage.removeItem(own(id))
    return true
  }
  try {
    localStorage.setItem(own(id), JSON.stringify({ etag, groups: [...groups], user, at: Date.now(), left } satisfies Kept))
    return true
  } catch {
    return false
  }
}

/** What was left of this design by this person, oldest first; it is this window's from now on. */
export function takeOver(id: string, user: string): { etag: string; groups: Group[] } | null {
  const found = names()
    .filter((name) => name.startsWith(`${PREFIX}${id}#`))
    .map((name) => ({ name, kept: read(name) }))
    .filter((one): one is { name: string; kept: Kept } => one.kept !== null && one.kept.user === user && isFree(one.name, one.kept))
    .sort((a, b) => a.kept.at - b.kept.at)
  const first = found[0]
  if (first === undefined) return null
  const all = { etag: first.kept.etag, groups: found.flatMap((one) => one.kept.groups) }
  if (!keep(id, user, all.etag, all.groups)) return all
  for (const one of found) if (one.name !== own(id)) localStorage.removeItem(one.name)
  return all
}

/** How many edits wait in this browser, by design. */
export function waiting(user: string): Record<string, number> {
  const found: Record<string, number> = {}
  for (const name of names()) {
    const kept = read(name)
    const id = name.slice(PREFIX.length).replace(/#.*$/, '')
    if (kept !== null && kept.user === user) found[id] = (found[id] ?? 0) + kept.groups.length
  }
  return found
}
