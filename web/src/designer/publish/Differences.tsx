/** How two versions differ: in words, and in colours on the flow. */
import { useQuery } from '@tanstack/react-query'
import { Tag } from 'antd'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { Loading } from '../../app/Loading'
import { useLanguage } from '../../i18n'
import { Nothing } from '../../shared/Nothing'
import { Refusal } from '../../shared/Refusal'
import { designs } from '../api'
import { useDesign } from '../store/design'

const Compared = lazy(() => import('../canvas/Compared'))

const looks: Record<string, string> = { added: 'tag-live', removed: 'tag-bad', changed: 'tag-wait', renamed: 'tag-open' }

export function Differences({ from, to }: { from: string; to: string }) {
  const { t } = useTranslation()
  const { sentence } = useLanguage()
  const design = useDesign((state) => state.design)!
  const found = useQuery({ queryKey: ['diff', design.id, design.revision, from, to], queryFn: () => designs.diff(design.id, from, to) })
  if (found.isPending) return <Loading />
  if (found.isError) return <Refusal error={found.error} />
  if (found.data.changes.length === 0) return <Nothing title={t('publish.same')} hint={t('publish.sameHint')} />
  const [before, after] = found.data.models ?? []
  return (
    <div className="differences">
      <ul>
        {found.data.changes.map((change, index) => (
          <li key={index}>
            <Tag className={looks[change.op]}>{t(`publish.op.${change.op}`)}</Tag>
            <span>{sentence(change)}</span>
          </li>
        ))}
      </ul>
      {before && after && (
        <Suspense fallback={<Loading />}>
          <Compared before={before} after={after} changes={found.data.changes} />
        </Suspense>
      )}
    </div>
  )
}
