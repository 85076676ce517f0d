/** The way to a node's trial: a button on its card and in its properties, a pin where something is pinned, the panel. */
import { ExperimentOutlined, PushpinFilled } from '@ant-design/icons'
import { Button, Tooltip } from 'antd'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { openNode, usePinned, useTried } from './tried'
import './try.css'

const OneNode = lazy(() => import('./OneNode'))

/** On a card: shown when it is pointed at. */
export function CardTry({ node, name }: { node: string; name: string }) {
  const { t } = useTranslation()
  const pinned = usePinned(node)
  return (
    <>
      {pinned && (
        <Tooltip title={t('sim.one.pinned')}>
          <span className="card-pin" role="img" aria-label={t('sim.one.pinned')} data-testid={`pin-${node}`}>
            <PushpinFilled />
          </span>
        </Tooltip>
      )}
      <button type="button" className="card-try" tabIndex={-1} title={t('sim.one.try')} aria-label={t('sim.one.tryNode', { name })} onClick={(event) => (event.stopPropagation(), openNode(node))} data-testid={`try-${node}`}>
        <ExperimentOutlined />
      </button>
    </>
  )
} // prettier-ignore

/** In the properties of a node. */
export function DrawerTry({ node }: { node: string }) {
  const { t } = useTranslation()
  return (
    <Button className="drawer-try" block icon={<ExperimentOutlined />} onClick={() => openNode(node)} data-testid="try-node">
      {t('sim.one.try')}
    </Button>
  )
}

/** The panel, once a node is tried. */
export function TryPanel() {
  const node = useTried((state) => state.open)
  if (node === null) return null
  return (
    <Suspense fallback={null}>
      <OneNode key={node} node={node} />
    </Suspense>
  )
}
