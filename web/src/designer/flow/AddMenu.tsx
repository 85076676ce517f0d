/** The menu behind a "+": kinds and actions by group, found by typing, chosen by mouse or keyboard. */
import { SearchOutlined } from '@ant-design/icons'
import { Input } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../i18n'
import { useCatalogue } from '../catalogue'
import { Icon, inkOf } from '../icons'
import type { Both, Catalogue } from '../types'
import type { Pick } from './edits'

export type Offer = { key: string; title: Both; about: Both; icon: string; group: string; pick: Pick }

/** What there is to add, in the order of the catalogue's groups. */
export function offersOf(catalogue: Catalogue): Offer[] {
  const kinds = catalogue.kinds
    .filter((kind) => kind.kind !== 'action' || catalogue.actions.length === 0)
    .map((kind): Offer => {
      const pattern = kind.kind === 'choice' ? 'choice' : kind.kind === 'fork' ? 'parallel' : undefined
      return { key: kind.kind, title: kind.title, about: kind.about, icon: kind.icon, group: kind.group, pick: { kind: kind.kind, ...(pattern ? { pattern } : {}) } } // prettier-ignore
    })
  const actions = catalogue.actions.map((action): Offer => ({ key: action.do, title: action.title, about: action.about, icon: action.icon, group: action.group, pick: { kind: 'action', config: { do: action.do } } })) // prettier-ignore
  const order = catalogue.groups.map((one) => one.group)
  const first = ['approval', 'task', 'notify', 'choice', 'fork']
  const place = (one: Offer) => (first.includes(one.key) ? first.indexOf(one.key) : 99)
  return [...kinds, ...actions].sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group) || place(a) - place(b))
}

type Props = { choose: (pick: Pick) => void; leave?: () => void; simple?: boolean }

/** `simple` leaves out what only the canvas can draw well. */
export function AddMenu({ choose, leave, simple = false }: Props) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const catalogue = useCatalogue()
  const [words, setWords] = useState('')
  const [at, setAt] = useState(0)
  const offers = useMemo(() => {
    const all = offersOf(catalogue).filter((one) => !simple || (one.key !== 'join' && one.key !== 'merge'))
    const wanted = words.trim().toLowerCase()
    return all.filter((one) => `${one.title.zh} ${one.title.en} ${one.about.zh} ${one.key}`.toLowerCase().includes(wanted))
  }, [catalogue, words, simple])
  const groups = catalogue.groups.filter((group) => offers.some((one) => one.group === group.group))
  const pressed = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowRight') setAt(Math.min(at + 1, offers.length - 1))
    else if (event.key === 'ArrowUp' || event.key === 'ArrowLeft') setAt(Math.max(at - 1, 0))
    else if (event.key === 'Enter') offers[at] && choose(offers[at].pick)
    else if (event.key === 'Escape') leave?.()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className="add-menu" data-testid="add-menu">
      <Input
        autoFocus
        prefix={<SearchOutlined />}
        placeholder={t('flow.add.search')}
        aria-label={t('flow.add.search')}
        value={words}
        onChange={(event) => (setWords(event.target.value), setAt(0))}
        onKeyDown={pressed}
      />
      <div className="add-groups" role="listbox" aria-label={t('flow.add.title')}>
        {groups.length === 0 && <p className="soft">{t('flow.add.none')}</p>}
        {groups.map((group) => (
          <div key={group.group} role="group" aria-label={text(group.title)}>
            <h3 aria-hidden="true">{text(group.title)}</h3>
            <div className="add-offers">
              {offers.map(
                (one, index) =>
                  one.group === group.group && (
                    <button
                      key={one.key}
                      type="button"
                      role="option"
                      aria-selected={index === at}
                      className={index === at ? 'at' : ''}
                      title={text(one.about)}
                      data-testid={`add-${one.key}`}
                      onMouseEnter={() => setAt(index)}
                      onClick={() => choose(one.pick)}
                    >
                      <span className="add-mark" style={{ color: inkOf(one.group) }}>
                        <Icon name={one.icon} />
                      </span>
                      {text(one.title)}
                    </button>
                  ),
              )}
            </div>
          </div>
        ))}
      </div>
    </div>
  )
}
