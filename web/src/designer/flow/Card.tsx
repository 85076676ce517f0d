/** The card of a node: what it is called, its rule in words, and whether something is wrong with it. */
import { CloseCircleFilled, DeleteOutlined, WarningFilled } from '@ant-design/icons'
import { Tooltip } from 'antd'
import { memo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { sentenceIn, useLanguage } from '../../i18n'
import { CardTry } from '../../simulator/one/TryNode'
import { actionOf, kindOf } from '../catalogue'
import { Icon, inkOf } from '../icons'
import type { Catalogue, FlowNode, Model, Problem } from '../types'
import { useDesign } from '../store/design'
import { nodeWords, saysWords } from '../words'
import './card.css'

export type Mark = 'added' | 'removed' | 'changed' | 'open' | 'done' | 'failed' | 'skipped' | 'withdrawn' | null
type Props = {
  node: FlowNode
  catalogue: Catalogue
  problems?: readonly Problem[]
  selected?: boolean
  mark?: Mark
  note?: ReactNode
  choose?: (event: { shiftKey: boolean }) => void
  remove?: () => void
  /** It can be tried alone, and shows what is pinned. */
  tryable?: boolean
  tab?: number
  /** The process whose node this is, where it is not the one that is open. */
  model?: Model
}

function Trouble({ problems }: { problems: readonly Problem[] }) {
  const { language } = useLanguage()
  if (problems.length === 0) return null
  const bad = problems.some((one) => one.severity === 'error')
  const said = problems.slice(0, 4).map((one, index) => <div key={index}>{sentenceIn(one, language)}</div>)
  return (
    <Tooltip title={<>{said}</>}>
      <span className={bad ? 'card-trouble bad' : 'card-trouble'} role="img" aria-label={problems.map((one) => sentenceIn(one, language)).join(language === 'zh' ? '；' : '; ')}>
        {bad ? <CloseCircleFilled /> : <WarningFilled />}
      </span>
    </Tooltip>
  )
}

export const Card = memo(function Card({ node, catalogue, problems = [], selected, mark = null, note, choose, remove, tryable = false, tab = 0, model }: Props) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const kind = kindOf(catalogue, node)
  const action = actionOf(catalogue, node)
  const bad = problems.some((one) => one.severity === 'error')
  const name = nodeWords(node, catalogue, language)
  const names = useDesign((state) => state.names)
  const says = saysWords(node, catalogue, model ?? useDesign.getState().model, language, names)
  const classes = ['card', selected && 'selected', bad && 'bad', mark && `mark-${mark}`].filter(Boolean).join(' ')
  return (
    <div className={classes} style={{ '--card-ink': inkOf(action?.group ?? kind?.group) } as React.CSSProperties} data-testid={`card-${node.id}`}>
      <button
        type="button"
        className="card-face"
        tabIndex={tab}
        aria-pressed={selected}
        data-node={node.id}
        onClick={choose}
        onKeyDown={(event) => {
          if (remove && (event.key === 'Delete' || event.key === 'Backspace')) remove()
        }}
      >
        <span className="card-head">
          <Icon name={action?.icon ?? kind?.icon} />
          <span className="card-name" title={name}>{name}</span>
        </span>
        <span className="card-says" title={says}>{says || <span className="bad">{t('flow.unset')}</span>}</span>
        {note && <span className="card-note">{note}</span>}
      </button>
      <Trouble problems={problems} />
      {remove && (
        <button type="button" className="card-remove" tabIndex={-1} aria-label={t('flow.remove', { name })} onClick={remove}>
          <DeleteOutlined />
        </button>
      )}
      {tryable && <CardTry node={node.id} name={name} />}
    </div>
  )
})
