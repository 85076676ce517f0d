/** How a task can come out: outcomes with their button's words. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../../i18n'
import type { Config } from '../../types'
import type { ControlProps } from '../control'

export function OutcomesControl({ id, value, change, disabled }: ControlProps) {
  const { t } = useTranslation()
  const { text, language } = useLanguage()
  const given: Config = Array.isArray(value) ? Object.fromEntries(value.map((one) => [String(one), {}])) : ((value as Config | undefined) ?? {})
  const title = (key: string) => (typeof given[key] === 'string' ? given[key] : text(given[key]?.title))
  const entitle = (key: string, words: string) => {
    const old = typeof given[key] === 'object' && given[key] !== null ? given[key] : {}
    const before = typeof old.title === 'object' ? old.title : old.title ? { zh: old.title } : {}
    change({ ...given, [key]: { ...old, title: { ...before, [language]: words } } })
  }
  const next = () => {
    for (let number = 1; ; number += 1) if (!(`outcome_${number}` in given)) return `outcome_${number}`
  }
  return (
    <div className="pairs" id={id}>
      {Object.keys(given).map((key) => (
        <div className="prop-line" key={key}>
          <Input aria-label={t('props.outcomes.title')} addonBefore={<span className="mono small">{key}</span>} value={title(key)} disabled={disabled} placeholder={key} onChange={(event) => entitle(key, event.target.value)} />
          <Button
            type="text"
            icon={<DeleteOutlined />}
            disabled={disabled}
            aria-label={t('props.outcomes.remove')}
            onClick={() => {
              const rest = Object.fromEntries(Object.entries(given).filter(([one]) => one !== key))
              change(Object.keys(rest).length ? rest : undefined)
            }}
          />
        </div>
      ))}
      <Button type="dashed" size="small" icon={<PlusOutlined />} disabled={disabled} onClick={() => change({ ...(Object.keys(given).length ? given : { done: {} }), [next()]: {} })}>
        {t('props.outcomes.add')}
      </Button>
    </div>
  )
}
