/** What is otherwise in a case that was played again: two ways laid beside each other, step by step. */
import type { Schema } from '../../api/client'

export type Replayed = Schema<'ReplayedCase'>
export type Step = { before: string | null; after: string | null }
export const kinds = ['path', 'approvers', 'breaches', 'outcome', 'stuck'] as const
export type Kind = (typeof kinds)[number]

/** The steps of both ways in order; what only one of them has stands alone. */
export function aligned(before: readonly string[], after: readonly string[]): Step[] {
  const longest: number[][] = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0))
  for (let i = before.length - 1; i >= 0; i -= 1)
    for (let j = after.length - 1; j >= 0; j -= 1)
      longest[i]![j] = before[i] === after[j] ? longest[i + 1]![j + 1]! + 1 : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!)
  const steps: Step[] = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) steps.push({ before: before[i++]!, after: after[j++]! })
    else if (j >= after.length || (i < before.length && longest[i + 1]![j]! >= longest[i]![j + 1]!)) steps.push({ before: before[i++]!, after: null })
    else steps.push({ before: null, after: after[j++]! })
  }
  return steps
}

/** In which ways a case goes otherwise. */
export function kindsOf(row: Replayed): Kind[] {
  const found: Kind[] = []
  if (row.verdict === 'stuck') found.push('stuck')
  else if (row.path_before.join('\n') !== row.path_after.join('\n')) found.push('path')
  if (row.approvers.length > 0) found.push('approvers')
  if (row.breaches_before.join('\n') !== row.breaches_after.join('\n')) found.push('breaches')
  if (row.verdict !== 'stuck' && row.outcome_before !== row.outcome_after) found.push('outcome')
  return found
}
