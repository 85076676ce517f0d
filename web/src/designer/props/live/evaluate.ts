/** Asks the server what expressions give. Those that are shown at once go together in one request. */
import { answered, api, type Schema } from '../../../api/client'
import type { Place, How } from './place'
import type { Sample } from './samples'

export type Result = Schema<'Evaluated'>
export type Asked = Place & { text: string; how: How }
type Waiting = { asked: Asked; done: (result: Result) => void; failed: (error: unknown) => void }

/** The server takes so many at once. */
const MOST = 50
const TOGETHER = 15
/** By design and data: what is one sample has one such object. */
const waiting = new Map<string, Map<Sample['names'], { now: Sample['now']; list: Waiting[] }>>()
let timer: ReturnType<typeof setTimeout> | undefined

export function evaluate(design: string, sample: Sample, asked: Asked): Promise<Result> {
  return new Promise((done, failed) => {
    const samples = waiting.get(design) ?? new Map<Sample['names'], { now: Sample['now']; list: Waiting[] }>()
    const found = samples.get(sample.names) ?? { now: sample.now, list: [] }
    found.list.push({ asked, done, failed })
    waiting.set(design, samples.set(sample.names, found))
    timer ??= setTimeout(flush, TOGETHER)
  })
}

function flush(): void {
  timer = undefined
  const all = [...waiting]
  waiting.clear()
  for (const [design, samples] of all)
    for (const [names, { now, list }] of samples)
      for (let from = 0; from < list.length; from += MOST) void ask(design, { names, now }, list.slice(from, from + MOST))
}

async function ask(design: string, sample: Pick<Sample, 'names' | 'now'>, list: Waiting[]): Promise<void> {
  try {
    const body = { items: list.map((one) => one.asked), names: sample.names, now: sample.now }
    const { items } = await answered(api.POST('/api/v1/designs/{design}/evaluate', { params: { path: { design } }, body }))
    list.forEach((one, index) => one.done(items[index]!))
  } catch (error) {
    for (const one of list) one.failed(error)
  }
}
