/** Edits that the server does not have yet, kept in the browser: a reload or a lost connection loses none of them. */
import type { Op } from '../types'

export type Group = { ops: Op[]; label: string; key: string | null }
type Kept = { etag: string; groups: Group[] }

const name = (id: string) => `waystation.design.${id}`

export function keep(id: string, etag: string, groups: readonly Group[]): void {
  if (groups.length === 0) localStorage.removeItem(name(id))
  else localStorage.setItem(name(id), JSON.stringify({ etag, groups }))
}

export function kept(id: string): Kept | null {
  try {
    const found = JSON.parse(localStorage.getItem(name(id)) ?? 'null') as Kept | null
    return found && Array.isArray(found.groups) ? found : null
  } catch {
    return null
  }
}
