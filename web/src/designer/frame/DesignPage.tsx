/** One design: its bar with the steps, the step that is open, and the problems below. */
import { Alert, App } from 'antd'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, Navigate, Route, Routes, useLocation, useParams } from 'react-router'
import { Loading } from '../../app/Loading'
import { useMe } from '../../auth/session'
import { useLanguage } from '../../i18n'
import { usePersonName } from '../../shared/people'
import { Refusal } from '../../shared/Refusal'
import { close, forgetJoined, forgetRefusal, open, settled, useDesign } from '../store/design'
import { Basics } from '../steps/Basics'
import { Settings } from '../steps/Settings'
import { FlowStep } from '../flow/FlowStep'
import { ConflictDialog } from './ConflictDialog'
import { useLibrary } from '../catalogue'
import { DesignBar } from './DesignBar'
import { Finder } from './Finder'
import { Problems } from './Problems'
import { useKeys } from './useKeys'

const FormStep = lazy(() => import('../forming/FormStep'))
const TextStep = lazy(() => import('../text/TextStep'))
const PublishStep = lazy(() => import('../publish/PublishStep'))
const ReplayPage = lazy(() => import('../replay/ReplayPage'))
const DrillPage = lazy(() => import('../drill/DrillPage'))
const RegionsPage = lazy(() => import('../overlays/RegionsPage'))
const RightsPage = lazy(() => import('../rights/RightsPage'))
const TrailPage = lazy(() => import('../rights/TrailPage'))
const Simulator = lazy(() => import('../../simulator/Simulator'))

/** Counts what was opened: what closes later than the next one opens must leave that alone. */
let visits = 0

function useOpened(id: string): unknown {
  const user = useMe().person
  const [error, setError] = useState<unknown>(null)
  useEffect(() => {
    setError(null)
    visits += 1
    const visit = visits
    open(id, user).catch(setError)
    const leave = (event: BeforeUnloadEvent) => {
      // What is on its way is kept and goes on after a reload; what has no way is worth a word.
      const { queue, saving } = useDesign.getState()
      if (queue.length > 0 && saving !== 'saving') event.preventDefault()
    }
    addEventListener('beforeunload', leave)
    return () => {
      removeEventListener('beforeunload', leave)
      void settled().then(() => visit === visits && close())
    }
  }, [id, user])
  return error
}

/** Says once that somebody else's edits are in what is shown. */
function useJoined(): void {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const joined = useDesign((state) => state.joined)
  const me = useMe().person
  const by = usePersonName(joined ?? '')
  useEffect(() => {
    if (joined === null) return
    if (joined !== me) void message.info(joined ? t('design.joined.by', { by }) : t('design.joined.merged'))
    forgetJoined()
  }, [joined, me, by, t, message])
}

/** Cards say people and roles by name. */
function useNames(): void {
  const library = useLibrary()
  const { text } = useLanguage()
  const id = useDesign((state) => state.design?.id)
  useEffect(() => {
    const roles = Object.entries(library.role_titles).map(([role, title]) => [role, text(title) || role])
    useDesign.setState({ names: Object.fromEntries([...roles, ...library.users.map((user) => [user.id, user.name])]) })
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [library, id])
}

export function DesignPage() {
  const { id = '' } = useParams()
  const { t } = useTranslation()
  const { text } = useLanguage()
  const error = useOpened(id)
  const design = useDesign((state) => state.design)
  const title = useDesign((state) => (state.model === null ? state.design?.title : state.model.head.title))
  const refusal = useDesign((state) => state.refusal)
  const { pathname } = useLocation()
  const [finding, setFinding] = useState(false)
  const [listed, setListed] = useState(false)
  useKeys({ find: () => setFinding(true) })
  const name = text(title) || design?.process || t('design.title')
  useEffect(() => {
    document.title = `${name} · ${t('app.name')}`
  }, [name, t])
  useEffect(() => forgetRefusal(), [pathname])
  useJoined()
  useNames()
  if (error !== null) return <div className="designer-pad"><Refusal error={error} /><Link to="/designer">{t('design.bar.leave')}</Link></div> // prettier-ignore
  if (design === null || design.id !== id) return <Loading />
  return (
    <div className="designer">
      <DesignBar find={() => setFinding(true)} problems={() => setListed(!listed)} />
      {!design.may.edit && <Alert className="designer-note" banner type="info" title={t('design.bar.readOnly')} />}
      {!design.readable && !pathname.endsWith('/text') && (
        <Alert
          className="designer-note"
          banner
          type="error"
          title={t('design.bar.unreadable')}
          action={<Link to={`/designer/${id}/text`}>{t('design.bar.toText')}</Link>}
        />
      )}
      {refusal !== null && <Refusal error={refusal} />}
      <div className="designer-body">
        <Suspense fallback={<Loading />}>
          <Routes>
            {design.base === null && (
              <>
                <Route path="basics" element={<Basics />} />
                <Route path="form" element={<FormStep />} />
                <Route path="flow" element={<FlowStep />} />
                <Route path="settings" element={<Settings />} />
              </>
            )}
            <Route path="publish/*" element={<PublishStep />} />
            <Route path="text" element={<TextStep />} />
            <Route path="simulate" element={<Simulator />} />
            <Route path="replay" element={<ReplayPage />} />
            <Route path="drill" element={<DrillPage />} />
            <Route path="regions" element={<RegionsPage />} />
            <Route path="rights" element={<RightsPage />} />
            <Route path="trail" element={<TrailPage />} />
            <Route path="*" element={<Navigate to={`/designer/${id}/${design.base === null ? 'flow' : 'regions'}`} replace />} />
          </Routes>
        </Suspense>
      </div>
      {listed && <Problems close={() => setListed(false)} />}
      <ConflictDialog />
      <Finder shown={finding} close={() => setFinding(false)} />
    </div>
  )
}
