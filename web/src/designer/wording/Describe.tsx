/** A process described in words becomes a draft. Shown only where the installation names an endpoint for it. */
import { BulbOutlined } from '@ant-design/icons'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Alert, Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { answered, api } from '../../api/client'
import { ApiProblem } from '../../api/problem'
import { useLanguage } from '../../i18n'
import { Refusal } from '../../shared/Refusal'
import type { Problem } from '../types'
import './wording.css'

const SHORTEST = 10
const LONGEST = 4000

/** What the compiler said of the last try, where nothing came of it. */
function Failed({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const detail = error instanceof ApiProblem && error.code === 'drafting_failed' ? error.body.detail : undefined
  const problems = (detail?.problems as Problem[] | undefined) ?? []
  return (
    <>
      <Refusal error={error} />
      {problems.length > 0 && (
        <details className="describe-failed">
          <summary>{t('wording.problems', { count: problems.length })}</summary>
          <ul>
            {problems.slice(0, 8).map((one, index) => (
              <li key={index}>{text(one)}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

function Dialog({ host, close }: { host: string; close: () => void }) {
  const { t } = useTranslation()
  const go = useNavigate()
  const [words, setWords] = useState('')
  const examples = [t('wording.example.trip'), t('wording.example.repair'), t('wording.example.contract')]
  const draft = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/design-drafting', { body: { words: words.trim() } })),
    onSuccess: (made) => void go(`/designer/${made.id}/flow`),
  })
  const ready = words.trim().length >= SHORTEST
  return (
    <Modal
      open
      width={640}
      title={t('wording.title')}
      okText={draft.isPending ? t('wording.busy') : t('wording.draft')}
      cancelText={t('app.cancel')}
      okButtonProps={{ disabled: !ready, loading: draft.isPending }}
      mask={{ closable: !draft.isPending }}
      onCancel={close}
      onOk={() => draft.mutate()}
    >
      <p className="soft">{t('wording.about')}</p>
      <Input.TextArea aria-label={t('wording.title')} rows={7} maxLength={LONGEST} showCount value={words} disabled={draft.isPending} placeholder={t('wording.hint')} onChange={(event) => setWords(event.target.value)} autoFocus />
      <div className="describe-examples">
        <span className="soft small">{t('wording.examples')}</span>
        {examples.map((one) => (
          <button key={one} type="button" disabled={draft.isPending} onClick={() => setWords(one)}>
            {one}
          </button>
        ))}
      </div>
      {draft.error !== null && <Failed error={draft.error} />}
      <Alert type="info" showIcon title={t('wording.sent', { host })} />
    </Modal>
  )
} // prettier-ignore

/** The button that begins it; nothing where no endpoint is set. */
export function DescribeButton() {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const offered = useQuery({ queryKey: ['design-drafting'], queryFn: () => answered(api.GET('/api/v1/design-drafting')), staleTime: 10 * 60_000 })
  if (!offered.data?.available) return null
  return (
    <>
      <Button icon={<BulbOutlined />} onClick={() => setOpen(true)} data-testid="describe">
        {t('wording.begin')}
      </Button>
      {open && <Dialog host={offered.data.host ?? ''} close={() => setOpen(false)} />}
    </>
  )
}
