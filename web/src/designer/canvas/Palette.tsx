/** What can be dropped on the canvas. */
import { useTranslation } from 'react-i18next'
import { Input } from 'antd'
import { SearchOutlined } from '@ant-design/icons'
import { useState } from 'react'
import { useLanguage } from '../../i18n'
import { useCatalogue } from '../catalogue'
import { offersOf } from '../flow/AddMenu'
import { Icon, inkOf } from '../icons'

/** The name of the drag data: the pick as JSON. */
export const DRAGGED = 'application/x-waystation-node'

export function Palette() {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const catalogue = useCatalogue()
  const [words, setWords] = useState('')
  const offers = offersOf(catalogue).filter((one) => `${text(one.title)} ${one.key}`.toLowerCase().includes(words.toLowerCase()))
  return (
    <aside className="palette" aria-label={t('flow.canvasTools.palette')}>
      <Input size="small" allowClear prefix={<SearchOutlined />} placeholder={t('flow.canvasTools.search')} aria-label={t('flow.add.search')} value={words} onChange={(event) => setWords(event.target.value)} />
      <p className="soft small palette-hint">{t('flow.canvasTools.dropHint')}</p>
      {catalogue.groups
        .filter((group) => offers.some((one) => one.group === group.group))
        .map((group) => (
          <details key={group.group} open={['people', 'flow', 'data', 'time', 'messages'].includes(group.group) || words !== ''}>
            <summary>{text(group.title)}</summary>
            {offers
              .filter((one) => one.group === group.group)
              .map((one) => (
                <div
                  key={one.key}
                  draggable
                  className="palette-one"
                  title={text(one.about)}
                  data-testid={`pal-${one.key}`}
                  onDragStart={(event) => {
                    event.dataTransfer.setData(DRAGGED, JSON.stringify({ ...one.pick, pattern: undefined }))
                    event.dataTransfer.effectAllowed = 'copy'
                  }}
                >
                  <span style={{ color: inkOf(one.group) }}>
                    <Icon name={one.icon} />
                  </span>
                  {text(one.title)}
                </div>
              ))}
          </details>
        ))}
    </aside>
  )
}
