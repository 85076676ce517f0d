/** A regional version: what it changes of its base, part by part, and the process that both make together. */
import { useQuery } from '@tanstack/react-query'
import { Alert, Tag } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Loading } from '../../app/Loading'
import { useLanguage } from '../../i18n'
import { Refusal } from '../../shared/Refusal'
import { designs } from '../api'
import type { Mark } from '../flow/Card'
import { useDesign } from '../store/design'
import { FlowSheet } from '../subnav/FlowSheet'
import type { Model } from '../types'
import { FieldOverrides } from './FieldOverrides'
import { Insertions } from './Insertions'
import { NodeOverrides } from './NodeOverrides'
import { useEffective } from './useMeant'

export function OverlayPage() {
  const { t } = useTranslation()
  const { text, sentence } = useLanguage()
  const design = useDesign((state) => state.design)!
  const found = useEffective()
  const bases = useQuery({ queryKey: ['designs-of', design.base], queryFn: () => designs.list(design.base ?? ''), staleTime: 60_000 })
  const base = found.data?.base
  const parts = base?.parts
  const marks = useMemo(() => {
    const made: Record<string, Mark> = {}
    for (const name of [...(parts?.approvers ?? []), ...(parts?.deadlines ?? []), ...(parts?.texts ?? []), ...(parts?.node_forms ?? [])]) made[name] = 'changed'
    for (const names of Object.values(parts?.inserted ?? {})) for (const name of names) made[name] = 'added'
    return made
  }, [parts])
  if (found.isPending) return <Loading />
  if (found.isError || !base) return <Refusal error={found.error} retry={() => void found.refetch()} />
  const home = bases.data?.items.find((one) => one.process === design.base && one.base === null)
  const model = found.data.model as unknown as Model | null
  const errors = found.data.problems.filter((one) => one.severity === 'error')
  return (
    <>
      <div className="regions-head">
        <div>
          <h2>{t('regions.of', { region: design.region || design.process })}</h2>
          <p className="soft">
            {t('regions.standsOn')} {home ? <Link to={`/designer/${home.id}/regions`}>{text(home.title) || base.process}</Link> : base.process}
            {base.version !== null && ` v${base.version}`} <span className="mono small">{design.process}</span>
          </p>
        </div>
        <span>
          {errors.length === 0 ? <Tag className="tag-live" data-testid="overlay-fits">{t('regions.fits')}</Tag> : <Tag className="tag-bad" data-testid="overlay-misfits">{t('regions.problems', { count: errors.length })}</Tag>}
        </span>
      </div>
      {errors.length > 0 && <Alert type="error" showIcon className="regions-alert" title={<ul className="regions-problems">{errors.slice(0, 8).map((one, index) => <li key={index}>{sentence(one)}</li>)}</ul>} />}
      <div className="overlay">
        <div className="overlay-edits">
          <NodeOverrides base={base.model as unknown as Model | null} may={base.may} />
          {base.may.includes('forms') && <FieldOverrides base={base.model as unknown as Model | null} />}
          <Insertions base={base.model as unknown as Model | null} places={base.places} />
        </div>
        <section className="panel overlay-flow">
          <h3>{t('regions.effective')}</h3>
          <p className="soft small">{t('regions.effectiveHint')}</p>
          {model && <FlowSheet model={model} marks={marks} label={t('regions.effective')} />}
        </section>
      </div>
    </>
  )
} // prettier-ignore
