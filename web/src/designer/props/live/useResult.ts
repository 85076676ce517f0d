/** What an expression gives on the sample data: asked for a moment after the last key, and never in the way of typing. */
import { useQuery, useQueries } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useDesign } from '../../store/design'
import type { FlowEdge, FlowNode } from '../../types'
import { fates, type Fate } from './branches'
import { evaluate, type Asked, type Result } from './evaluate'
import type { Place } from './place'
import { signature, useSample, type Sample } from './samples'

/** After the last key, in ms. */
const PAUSE = 400

function useQuiet(text: string): string {
  const [quiet, setQuiet] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(text), PAUSE)
    return () => clearTimeout(timer)
  }, [text])
  return quiet
}

function question(design: string | undefined, known: string, sample: Sample | null, asked: Asked) {
  return {
    queryKey: ['evaluated', design, known, sample?.names, sample?.now, asked.text, asked.how, asked.node, asked.field, asked.form],
    queryFn: () => evaluate(design!, sample!, asked),
    enabled: design !== undefined && sample !== null,
    staleTime: 60_000,
    retry: false,
  }
}

export type Live = { result: Result | undefined; sample: Sample | null; error: unknown; settled: boolean }

/** `settled`: what is said is of the text as it stands now. */
export function useResult(asked: Asked): Live {
  const design = useDesign((state) => state.design)
  const text = useQuiet(asked.text)
  const { sample, error } = useSample(asked)
  const found = useQuery({ ...question(design?.id, signature(design), sample, { ...asked, text }), placeholderData: (before: Result | undefined) => before })
  return { result: found.data, sample, error: found.error ?? error, settled: text === asked.text && !found.isPlaceholderData }
}

/** Which branches of a node the sample takes; by edge. */
export function useFates(node: FlowNode | undefined, edges: readonly FlowEdge[]): Record<string, Fate> {
  const design = useDesign((state) => state.design)
  const place: Place = { node: node?.id ?? '', field: '', form: '' }
  const branches = edges.filter((edge) => edge.way === 'branch')
  const { sample } = useSample(place)
  const asked = branches.filter((edge) => typeof edge.when === 'string')
  const found = useQueries({
    queries: asked.map((edge) => ({ ...question(design?.id, signature(design), sample, { text: String(edge.when), how: 'condition', ...place }), enabled: sample !== null && design !== null })),
  })
  const results = Object.fromEntries(asked.map((edge, index) => [edge.id, found[index]?.data]))
  return fates(node?.kind ?? '', branches, results)
}
