/** The layout engine ELK: one worker for every drawing, loaded when the first needs it. */
import type { ELK } from 'elkjs/lib/elk-api'
import workerAddress from 'elkjs/lib/elk-worker.min.js?url'

let engine: Promise<ELK> | undefined

export function elk(): Promise<ELK> {
  engine ??= import('elkjs/lib/elk-api.js').then(({ default: Elk }) => new Elk({ workerUrl: workerAddress }))
  return engine
}

/** What every drawing asks for: layers, edges round the nodes, the author's order kept. */
export const LAYERED = {
  'elk.algorithm': 'layered',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
} as const
