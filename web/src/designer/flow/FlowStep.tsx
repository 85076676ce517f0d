/** The flow, as a simple tree or on the canvas, with the properties of what is selected beside it. */
import { Segmented } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Loading } from '../../app/Loading'
import { usePhone } from '../../shared/usePhone'
import { TryPanel } from '../../simulator/one/TryNode'
import { Drawer } from '../props/Drawer'
import { useDesign } from '../store/design'
import { SimpleView } from './SimpleView'

const CanvasView = lazy(() => import('../canvas/CanvasView'))
const KEPT = 'waystation.designer.view'

export function FlowStep() {
  const { t } = useTranslation()
  const phone = usePhone()
  const [view, setView] = useState(localStorage.getItem(KEPT) === 'canvas' ? 'canvas' : 'simple')
  const selected = useDesign((state) => state.selected)
  const readable = useDesign((state) => state.model !== null)
  if (!readable) return null
  const change = (next: string) => {
    localStorage.setItem(KEPT, next)
    setView(next)
  }
  return (
    <div className={`flow ${selected.length === 1 ? 'with-drawer' : ''}`}>
      <div className="flow-view">
        {!phone && (
          <Segmented
            className="flow-switch"
            aria-label={t('flow.view')}
            value={view}
            onChange={change}
            options={[
              { value: 'simple', label: t('flow.simple') },
              { value: 'canvas', label: t('flow.canvas') },
            ]}
          />
        )}
        {view === 'simple' || phone ? (
          <SimpleView />
        ) : (
          <Suspense fallback={<Loading />}>
            <CanvasView />
          </Suspense>
        )}
      </div>
      <Drawer />
      <TryPanel />
    </div>
  )
}
