/** Publishing and what comes after it, each page with an address of its own. */
import { useTranslation } from 'react-i18next'
import { Navigate, Route, Routes } from 'react-router'
import { useDesign } from '../store/design'
import { SubNav } from '../subnav/SubNav'
import { Differences } from './Differences'
import { Migration } from './migration/Migration'
import { Release } from './Release'
import { ReleaseList } from './ReleaseList'
import { useReleases } from './useReleases'
import { Versions } from './Versions'
import './publish.css'

export default function PublishStep() {
  const { t } = useTranslation()
  const design = useDesign((state) => state.design)!
  const running = (useReleases().data?.rollout ?? null) !== null
  const base = `/designer/${design.id}/publish`
  const live = [
    { to: `${base}/diff`, label: t('publish.diff') },
    { to: `${base}/releases`, label: t('publish.releases'), mark: running },
    { to: `${base}/migrate`, label: t('migrate.title') },
  ]
  const pages = [{ to: base, label: t('publish.title'), end: true }, ...(design.published ? live : []), { to: `${base}/versions`, label: t('publish.versions') }]
  return (
    <div className="step-page wide">
      <SubNav label={t('publish.title')} pages={pages} />
      <Routes>
        <Route index element={<Release />} />
        {design.published && <Route path="diff" element={<Differences from="published" to="draft" />} />}
        {design.published && <Route path="releases" element={<ReleaseList />} />}
        {design.published && <Route path="migrate" element={<Migration />} />}
        <Route path="versions" element={<Versions />} />
        <Route path="*" element={<Navigate to={base} replace />} />
      </Routes>
    </div>
  )
}
