/** What is pinned: nodes that a simulation does not run; each can be released here. */
import { CloseOutlined, PushpinFilled } from '@ant-design/icons'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { useCatalogue } from '../designer/catalogue'
import { useMeant } from '../designer/overlays/useMeant'
import { nodeWords } from '../designer/words'
import { useLanguage } from '../i18n'
import { outputsOf, release, useTried } from './one/tried'
import type { Played } from './played'

export function Pins({ played, changed }: { played: Played | null; changed: () => void }) {
  const { t } = useTranslation()
  const { language, text } = useLanguage()
  const catalogue = useCatalogue()
  const model = useMeant()
  const nodes = Object.keys(outputsOf(useTried((state) => state.tried)))
  if (nodes.length === 0) return null
  return (
    <section className="sim-pins" aria-label={t('sim.pins.title', { count: nodes.length })}>
      <strong><PushpinFilled /> {t('sim.pins.title', { count: nodes.length })}</strong>
      <p className="soft small">{t('sim.pins.hint')}</p>
      <ul>
        {nodes.map((id) => {
          const node = model?.nodes.find((one) => one.id === id)
          const name = nodeWords(node, catalogue, language) || id
          const use = played?.pins?.find((one) => one.node === id)
          const said = use?.code ? text({ zh: use.zh ?? '', en: use.en ?? '' }) : use?.used ? t('sim.pins.used', { count: use.used }) : t('sim.pins.unused')
          return (
            <li key={id} data-testid={`pinned-${id}`}>
              <span><strong>{name}</strong> <span className={use?.code || node === undefined ? 'bad small' : 'soft small'}>{node === undefined ? t('sim.pins.gone') : said}</span></span>
              <Button type="text" size="small" icon={<CloseOutlined />} aria-label={t('sim.pins.release', { name })} onClick={() => (release(id), changed())} />
            </li>
          )
        })}
      </ul>
    </section>
  )
} // prettier-ignore
