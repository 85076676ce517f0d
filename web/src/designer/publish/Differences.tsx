/** How two versions differ: in words, and in colours on the flow. */
import { useQuery } from '@tanstack/react-query'
import { Tag } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Loading } from '../../app/Loading'
import { useLanguage } from '../../i18n'
import { Nothing } from '../../shared/Nothing'
import { Refusal } from '../../shared/Refusal'
import { designs } from '../api'
import { useCatalogue } from '../catalogue'
import type { Mark } from '../flow/Card'
import { StillFlow } from '../flow/StillFlow'
import { useDesign } from '../store/design'
import type { Change } from '../types'

const looks: Record<string, string> = { added: 'tag-live', removed: 'tag-bad', changed: 'tag-wait', renamed: 'tag-open' }

/** The colour of each node: removed before added before changed. */
export function marksOf(changes: readonly Change[]): Record<string, Mark> {
  const marks: Record<string, Mark> = {}
  for (const change of changes) {
    if (change.node === null) continue
    const whole = change.what === 'node' && change.path.length === 2
    const mark: Mark = whole && change.op === 'removed' ? 'removed' : whole && change.op === 'added' ? 'added' : 'changed'
    if (marks[change.node] === undefined || mark !== 'changed') marks[change.node] = mark
  }
  return marks
}

export function Differences({ from, to }: { from: string; to: string }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const catalogue = useCatalogue()
  const design = useDesign((state) => state.design)!
  const model = useDesign((state) => state.model)
  const found = useQuery({ queryKey: ['diff', design.id, design.revision, from, to], queryFn: () => designs.diff(design.id, from, to) })
  const marks = useMemo(() => marksOf(found.data?.changes ?? []), [found.data])
  if (found.isPending) return <Loading />
  if (found.isError) return <Refusal error={found.error} />
  if (found.data.changes.length === 0) return <Nothing title={t('publish.same')} hint={t('publish.sameHint')} />
  return (
    <div className="differences">
      <ul>
        {found.data.changes.map((change, index) => (
          <li key={index}>
            <Tag className={looks[change.op]}>{t(`publish.op.${change.op}`)}</Tag>
            <span>{text(change)}</span>
          </li>
        ))}
      </ul>
      {model && (
        <div className="simple" tabIndex={0} role="region" aria-label={t('publish.diff')}>
          <StillFlow model={model} catalogue={catalogue} marks={marks} />
        </div>
      )}
    </div>
  )
}
