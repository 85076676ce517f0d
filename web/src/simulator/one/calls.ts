/** The calls about single nodes of a design. */
import { call } from '../../designer/api'
import type { NodeTrial, Sample } from './types'

const of = (id: string) => `/designs/${encodeURIComponent(id)}/nodes`

export const tryNode = async (id: string, body: unknown) => (await call<NodeTrial>('POST', `${of(id)}/try`, body)).body
export const sampleNode = async (id: string, body: unknown) => (await call<Sample>('POST', `${of(id)}/sample`, body)).body
