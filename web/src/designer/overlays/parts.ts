/** What a regional version has otherwise, as the API tells it. */
import type { Schema } from '../../api/client'

export type Parts = Schema<'RegionParts'>
export type Region = Schema<'BaseRegion'>
export const leaves = ['approvers', 'deadlines', 'forms'] as const

/** Whether the base has moved on since the regional version was published. */
export const isOutdated = (one: Region) => one.published !== null && one.ok && one.hash !== one.published.hash
