/** The verbs of tasks as the workbench shows them: what each asks for before it is sent. */

/** `one`, `several`: people; `text` is sent as `text`, `reason` as `reason`. */
export type Ask = { who?: 'one' | 'several'; words?: 'reason' | 'text'; needed?: boolean; target?: boolean }

export const ASKS: Record<string, Ask> = {
  claim: {},
  release: {},
  return: { target: true, words: 'reason', needed: true },
  transfer: { who: 'one', words: 'reason' },
  delegate: { who: 'one', words: 'reason' },
  add_before: { who: 'several', words: 'reason' },
  add_after: { who: 'several', words: 'reason' },
  add_with: { who: 'several', words: 'reason' },
  remove: { who: 'several', words: 'reason' },
  take_back: { words: 'reason' },
  cc: { who: 'several', words: 'text' },
  urge: { words: 'text' },
  comment: { words: 'text', needed: true },
  withdraw: { words: 'reason' },
}

/** Verbs that answer the task: they stand on the page itself, with the form and the opinion. */
export const ANSWERS = ['approve', 'reject', 'abstain', 'complete'] as const
export type AnswerVerb = (typeof ANSWERS)[number]

export const isAnswer = (verb: string): verb is AnswerVerb => (ANSWERS as readonly string[]).includes(verb)
