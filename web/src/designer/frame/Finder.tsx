/** Ctrl+K: finds nodes, fields, forms and tables by name or id, with the keyboard alone. */
import { SearchOutlined } from '@ant-design/icons'
import { Input, Modal, Tag } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useLanguage } from '../../i18n'
import { kindOf, useCatalogue } from '../catalogue'
import { Icon } from '../icons'
import { select, useDesign } from '../store/design'
import { nodeWords } from '../words'

type Hit = { key: string; sort: 'node' | 'field' | 'form' | 'table'; title: string; about: string; icon?: string; show: () => void }
const MOST = 12

function useHits(words: string): Hit[] {
  const model = useDesign((state) => state.model)
  const id = useDesign((state) => state.design?.id)
  const catalogue = useCatalogue()
  const { language, text } = useLanguage()
  const go = useNavigate()
  return useMemo(() => {
    if (model === null) return []
    const at = (path: string) => void go(`/designer/${id}/${path}`)
    const all: Hit[] = model.nodes.map((node) => ({
      key: `node:${node.id}`,
      sort: 'node',
      title: nodeWords(node, catalogue, language),
      about: `${node.id} ${text(node.says)}`,
      icon: kindOf(catalogue, node)?.icon,
      show: () => (select([node.id]), at('flow')),
    }))
    for (const [form, body] of Object.entries(model.forms ?? {})) {
      all.push({ key: `form:${form}`, sort: 'form', title: text(body.title) || form, about: form, show: () => at(`form?form=${form}`) })
      for (const [field, schema] of Object.entries(body.fields ?? {}))
        all.push({ key: `field:${form}.${field}`, sort: 'field', title: text(schema?.title) || field, about: `${text(body.title) || form} · ${field}`, show: () => at(`form?form=${form}&field=${field}`) }) // prettier-ignore
    }
    for (const [table, body] of Object.entries(model.tables ?? {}))
      all.push({ key: `table:${table}`, sort: 'table', title: text(body.title) || table, about: table, show: () => at(`settings?table=${table}`) })
    const parts = words.toLowerCase().split(/\s+/).filter(Boolean)
    return all.filter((hit) => parts.every((part) => `${hit.title} ${hit.about}`.toLowerCase().includes(part))).slice(0, MOST)
  }, [model, id, catalogue, language, text, go, words])
}

export function Finder({ shown, close }: { shown: boolean; close: () => void }) {
  const { t } = useTranslation()
  const [words, setWords] = useState('')
  const [at, setAt] = useState(0)
  const hits = useHits(words)
  const choose = (hit: Hit | undefined) => {
    if (hit === undefined) return
    close()
    hit.show()
  }
  const pressed = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt(Math.min(at + 1, hits.length - 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0))
    else if (event.key === 'Enter') choose(hits[at])
    else return
    event.preventDefault()
  }
  return (
    <Modal open={shown} title={<span className="visually-hidden">{t('design.find.title')}</span>} onCancel={close} footer={null} closable={false} width={560} style={{ top: 96 }} destroyOnHidden afterClose={() => setWords('')}>
      <Input
        autoFocus
        size="large"
        variant="borderless"
        prefix={<SearchOutlined />}
        placeholder={t('design.find.title')}
        aria-label={t('design.find.title')}
        value={words}
        onChange={(event) => (setWords(event.target.value), setAt(0))}
        onKeyDown={pressed}
      />
      <ul className="finder" role="listbox" tabIndex={0} aria-label={t('design.find.title')}>
        {hits.length === 0 && <li className="soft finder-none">{t('design.find.empty')}</li>}
        {hits.map((hit, index) => (
          <li key={hit.key} role="option" aria-selected={index === at} className={index === at ? 'at' : ''} onMouseEnter={() => setAt(index)} onClick={() => choose(hit)}>
            <Icon name={hit.sort === 'node' ? hit.icon : hit.sort === 'table' ? 'table' : 'file-text'} />
            <strong>{hit.title}</strong>
            <span className="soft">{hit.about}</span>
            <Tag>{t(`design.find.${hit.sort}`)}</Tag>
          </li>
        ))}
      </ul>
    </Modal>
  )
}
