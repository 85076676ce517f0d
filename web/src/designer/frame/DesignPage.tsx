/** One design: its bar with the steps, the step that is open, and the problems below. */
import { Alert } from 'antd'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, Navigate, Route, Routes, useLocation, useParams } from 'react-router'
import { Loading } from '../../app/Loading'
import { useLanguage } from '../../i18n'
import { Refusal } from '../../shared/Refusal'
import { close, forgetRefusal, open, refresh, settled, useDesign } from '../store/design'
import { Basics } from '../steps/Basics'
import { Settings } from '../steps/Settings'
import { FlowStep } from '../flow/FlowStep'
import { ConflictDialog } from './ConflictDialog'
import { DesignBar } from './DesignBar'
import { Finder } from './Finder'
import { Problems } from './Problems'
import { useKeys } from './useKeys'

const FormStep = lazy(() => import('../forming/FormStep'))
const TextStep = lazy(() => import('../text/TextStep'))
const PublishStep = lazy(() => import('../publish/PublishStep'))
const Simulator = lazy(() => import('../../simulator/Simulator'))

/** Counts what was opened: what closes later than the next one opens must leave that alone. */
let visits = 0

function useOpened(id: string): unknown {
  const [error, setError] = useState<unknown>(null)
  useEffect(() => {
    setError(null)
    visits += 1
    const visit = visits
    open(id).catch(setError)
    const focus = () => void refresh()
    const leave = (event: BeforeUnloadEvent) => {
      if (useDesign.getState().queue.length > 0) event.preventDefault()
    }
    addEventListener('focus', focus)
    addEventListener('beforeunload', leave)
    return () => {
      removeEventListener('focus', focus)
      removeEventListener('beforeunload', leave)
      void settled().then(() => visit === visits && close())
    }
  }, [id])
  return error
}

export function DesignPage() {
  const { id = '' } = useParams()
  const { t } = useTranslation()
  const { text } = useLanguage()
  const error = useOpened(id)
  const design = useDesign((state) => state.design)
  const title = useDesign((state) => state.model?.head.title)
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
            <Route path="basics" element={<Basics />} />
            <Route path="form" element={<FormStep />} />
            <Route path="flow" element={<FlowStep />} />
            <Route path="settings" element={<Settings />} />
            <Route path="publish" element={<PublishStep />} />
            <Route path="text" element={<TextStep />} />
            <Route path="simulate" element={<Simulator />} />
            <Route path="*" element={<Navigate to={`/designer/${id}/flow`} replace />} />
          </Routes>
        </Suspense>
      </div>
      {listed && <Problems close={() => setListed(false)} />}
      <ConflictDialog />
      <Finder shown={finding} close={() => setFinding(false)} />
    </div>
  )
}
