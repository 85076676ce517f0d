/**
 * The sample data of a draft: which one is used, and one's own. The choice is kept in this browser, for each draft and
 * person; what the simulator has played is known until the page is left.
 */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { create } from 'zustand'
import { answered, api, type Schema } from '../../../api/client'
import { useDesign } from '../../store/design'
import type { Config, Design } from '../../types'
import { sampled, type Place } from './place'
import { usePlayed } from './played'

export type Offered = Schema<'Sample'>
export type Sample = { source: Offered['source'] | 'own'; name: string | null; reached: boolean; now: string | null; names: Config }
/** `null`: whichever suits best. */
export type Choice = null | { source: 'played' | 'made' } | { source: 'scenario'; name: string } | { source: 'own'; names: Config; now: string | null }

const PREFIX = 'waystation.sample.'
const useChosen = create<Record<string, Choice>>(() => ({}))

const at = (design: string, user: string) => `${PREFIX}${user}.${design}`

function kept(key: string): Choice {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? 'null') as Choice
    return found !== null && ['played', 'made', 'scenario', 'own'].includes(found.source) ? found : null
  } catch {
    return null
  }
}

/** What is chosen for the draft that is open. */
export function useChoice(): [Choice, (choice: Choice) => boolean] {
  const key = useDesign((state) => at(state.design?.id ?? '', state.user))
  const held = useChosen((state) => state[key])
  const stored = useMemo(() => kept(key), [key])
  return [held === undefined ? stored : held, (choice) => choose(key, choice)]
}

/** Whether the browser keeps it too: one without room cannot, then it lasts until the page is left. */
function choose(key: string, choice: Choice): boolean {
  useChosen.setState({ [key]: choice })
  try {
    if (choice === null) localStorage.removeItem(key)
    else localStorage.setItem(key, JSON.stringify(choice))
    return true
  } catch {
    return false
  }
}

const signatures = new WeakMap<object, string>()
/** What samples and names depend on, of the design as the server has it; the same text for the same. */
export function signature(design: Design | null): string {
  if (design === null) return ''
  const known = signatures.get(design)
  if (known !== undefined) return known
  const { model, scenarios, text } = design
  const made = model === null ? text : JSON.stringify([model.data, model.forms, model.start, model.nodes.map((node) => [node.id, node.kind, node.config.items, node.config.as, node.config.do]), scenarios])
  signatures.set(design, made)
  return made
}

const RECENT = 30_000

/** What may be the sample at a place. */
export function useSamples(place: Place): { items: readonly Offered[]; pending: boolean; error: unknown } {
  const design = useDesign((state) => state.design)
  const played = usePlayed((state) => state[design?.id ?? ''])
  const { node, field, form } = sampled(place)
  const asked = useQuery({
    queryKey: ['samples', design?.id, node, field, form, played, signature(design)],
    queryFn: async () => (await answered(api.POST('/api/v1/designs/{design}/samples', { params: { path: { design: design!.id } }, body: { node, field, form, ...(played ? { played: played as never } : {}) } }))).items,
    enabled: design !== null,
    staleTime: RECENT,
    placeholderData: (before) => before,
    retry: false,
  })
  return { items: asked.data ?? none, pending: asked.isPending, error: asked.error }
}
const none: readonly Offered[] = []

/**
 * The sample among those offered. Where nothing is chosen: what was played, else the first scenario that comes to the
 * node, else any scenario, else what is made up.
 */
export function picked(offered: readonly Offered[], choice: Choice): Sample | null {
  if (choice?.source === 'own') return { source: 'own', name: null, reached: true, now: choice.now, names: choice.names }
  const wanted = choice && offered.find((one) => one.source === choice.source && (choice.source !== 'scenario' || one.name === choice.name))
  const scenarios = offered.filter((one) => one.source === 'scenario')
  const found = wanted ?? offered.find((one) => one.source === 'played') ?? scenarios.find((one) => one.reached) ?? scenarios[0] ?? offered[0]
  return found === undefined ? null : { source: found.source, name: found.name ?? null, reached: found.reached, now: found.now, names: found.names as Config }
}

/** The sample for expressions at a place; null while it is on its way. */
export function useSample(place: Place): { sample: Sample | null; offered: readonly Offered[]; error: unknown } {
  const [choice] = useChoice()
  const { items, error } = useSamples(place)
  const sample = useMemo(() => picked(items, choice), [items, choice])
  return { sample, offered: items, error }
}
