/** A case played to its end by itself: everybody who is asked takes the first outcome. The server keeps nothing. */
import { designs } from '../api'
import type { Config } from '../types'
import type { Played, PlayedTask, Step } from '../../simulator/played'

const MOST = 30

function answer(task: PlayedTask): Step {
  const first = task.outcomes[0]
  const outcome = typeof first === 'object' ? first.id : first
  const as = task.who[0] ?? ''
  if (task.verbs.includes('approve')) return { approve: { task: task.task, as } }
  return { complete: { task: task.task, as, ...(outcome ? { outcome } : {}) } }
}

export type Walk = { start: { as: string; data: Config }; steps: Step[]; played: Played }

/** Steps until the case ends, waits for nobody, or refuses. */
export async function walk(design: string, start: { as: string; data: Config }): Promise<Walk> {
  const steps: Step[] = []
  let played = (await designs.simulate(design, { start, steps })) as Played
  while (steps.length < MOST && played.refused === null) {
    const task = played.tasks.find((one) => one.who.length > 0)
    const wait = played.waits[0]
    if (task === undefined && wait === undefined) break
    const step: Step = task !== undefined ? answer(task) : { message: { name: wait!.message, with: {} } }
    const next = (await designs.simulate(design, { start, steps: [...steps, step] })) as Played
    if (next.refused !== null) break
    steps.push(step)
    played = next
  }
  return { start, steps, played }
}
