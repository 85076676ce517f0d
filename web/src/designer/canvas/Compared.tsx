/** Two versions of a process in one drawing: added green, removed red, changed amber. */
import { ReactFlowProvider } from '@xyflow/react'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Loading } from '../../app/Loading'
import { Sheet } from '../../diagram/Sheet'
import { useLanguage } from '../../i18n'
import { namedFields, useCatalogue, useLibrary } from '../catalogue'
import type { Change, Model } from '../types'
import { laidOut, type Placed } from './elk'
import { edgesOf, nodesOf, wordsIn } from './graph'
import { Arrows, edgeTypes, nodeTypes } from './parts'
import { inRows } from './rows'
import { unionOf } from './union'
import './canvas.css'

const MOST_LAID_OUT = 120
const nothing: never[] = []

export default function Compared({ before, after, changes }: { before: Model; after: Model; changes: readonly Change[] }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const catalogue = useCatalogue()
  const library = useLibrary()
  const { model, marks, looks } = useMemo(() => unionOf(before, after, changes), [before, after, changes])
  const words = useMemo(() => ({ named: namedFields(model, library, language), language }), [model, library, language])
  const [placed, setPlaced] = useState<Placed | null>(null)
  useEffect(() => {
    let gone = false
    if (model.nodes.length > MOST_LAID_OUT) setPlaced(inRows(model))
    else void laidOut(model, wordsIn(model, words)).then((found) => gone || setPlaced(found))
    return () => {
      gone = true
    }
  }, [model, words])
  if (placed === null) return <Loading />
  const nodes = nodesOf(model, { catalogue, spots: placed.nodes, placed, problems: nothing, marks })
  return (
    <ReactFlowProvider>
      <div className="canvas compared" role="region" aria-label={t('flow.compared')} data-testid="compared">
        <Sheet nodes={nodes} edges={edgesOf(model, words, placed.edges, looks)} nodeTypes={nodeTypes} edgeTypes={edgeTypes} fitView fitViewOptions={{ padding: 0.08, maxZoom: 1 }}>
          <Arrows />
        </Sheet>
      </div>
    </ReactFlowProvider>
  )
}
