/** A flow that is only looked at: a template, a version, a difference, a simulation. */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../i18n'
import { namedFields, useLibrary } from '../catalogue'
import type { Catalogue, FlowNode, Model } from '../types'
import { edgeWords, nodeWords } from '../words'
import { Card, type Mark } from './Card'
import { Drawing, Lines } from './Lines'
import { treeOf } from './tree'

type Props = {
  model: Model
  catalogue: Catalogue
  marks?: Record<string, Mark>
  notes?: Record<string, React.ReactNode>
  lit?: ReadonlySet<string>
  choose?: (id: string) => void
  selected?: string | null
}

export function StillFlow({ model, catalogue, marks = {}, notes = {}, lit, choose, selected }: Props) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const library = useLibrary()
  const named = useMemo(() => namedFields(model, library, language), [model, library, language])
  const tree = useMemo(() => treeOf(model, catalogue), [model, catalogue])
  const card = (node: FlowNode) => (
    <Card
      node={node}
      catalogue={catalogue}
      mark={marks[node.id] ?? null}
      note={notes[node.id]}
      selected={selected === node.id}
      choose={choose && (() => choose(node.id))}
      tab={choose ? 0 : -1}
      model={model}
    />
  )
  return (
    <Drawing.Provider value={{ model, catalogue, named, card, lit, chooseNode: choose }}>
      <div className="simple-sheet">
        <span className="stop begin">{t('flow.initiator')}</span>
        <Lines line={tree.main} />
        {tree.asides.map((one, index) => {
          const from = model.nodes.find((node) => node.id === one.edge?.from)
          return (
            <section key={one.edge?.id ?? index} className="aside">
              <h3>
                {one.edge
                  ? t('flow.asideFrom', { from: nodeWords(from, catalogue, language), words: edgeWords(one.edge, model, named, language) })
                  : t('flow.unreached')}
              </h3>
              <Lines line={one.line} />
            </section>
          )
        })}
      </div>
    </Drawing.Provider>
  )
}
