/** What actions answer in a simulation: made up by the server, changed here. */
import { Button, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../i18n'
import { useCatalogue } from '../designer/catalogue'
import type { Config } from '../designer/types'
import type { Played } from './played'

function One({ name, value, change }: { name: string; value: unknown; change: (value: unknown) => void }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const action = useCatalogue().actions.find((one) => one.do === name)
  const [typed, setTyped] = useState(JSON.stringify(value, null, 2))
  const [bad, setBad] = useState(false)
  const save = () => {
    try {
      change(JSON.parse(typed))
      setBad(false)
    } catch {
      setBad(true)
    }
  }
  return (
    <div className="sim-stub">
      <strong>{text(action?.title) || name}</strong>
      <Input.TextArea aria-label={name} className="mono small" autoSize={{ minRows: 2, maxRows: 8 }} status={bad ? 'error' : undefined} value={typed} onChange={(event) => setTyped(event.target.value)} />
      <div>
        <Button size="small" onClick={save}>
          {t('sim.useStub')}
        </Button>{' '}
        {action?.errors.map((error) => (
          <Button key={error.code} size="small" danger type="text" onClick={() => change({ fails: error.code })}>
            {text(error)}
          </Button>
        ))}
      </div>
    </div>
  )
}

export function Stubs({ played, stubs, change }: { played: Pick<Played, 'stubs'>; stubs: Config; change: (stubs: Config) => void }) {
  const { t } = useTranslation()
  const all = { ...played.stubs, ...stubs }
  if (Object.keys(all).length === 0) return null
  return (
    <details className="sim-data">
      <summary>{t('sim.stubs', { count: Object.keys(all).length })}</summary>
      <p className="soft small">{t('sim.stubsHint')}</p>
      {Object.entries(all).map(([name, value]) => (
        <One key={name} name={name} value={value} change={(next) => change({ ...stubs, [name]: next })} />
      ))}
    </details>
  )
}
