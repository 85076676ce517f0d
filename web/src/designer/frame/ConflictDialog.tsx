/** Two people changed the same thing: a three-way comparison where each conflict is decided, and nothing is lost. */
import { Button, Collapse, Modal, Radio } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../i18n'
import { usePersonName } from '../../shared/people'
import { resolve, useDesign } from '../store/design'
import type { Change, Conflict, Op, Value } from '../types'

const shown = (value: Value) => (value === undefined || value === null ? '—' : typeof value === 'object' ? JSON.stringify(value) : String(value))

function Changes({ changes }: { changes: Change[] }) {
  const { text } = useLanguage()
  return (
    <ul className="conflict-list">
      {changes.map((change, index) => (
        <li key={index}>{text(change)}</li>
      ))}
    </ul>
  )
}

function Sides({ conflict, sides, choose }: { conflict: Conflict; sides: ('mine' | 'theirs')[]; choose: (index: number, side: 'mine' | 'theirs') => void }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  return (
    <>
      {conflict.conflicts.map((one, index) => (
        <fieldset key={one.path.join('.')} className="conflict">
          <legend>{text(one) || one.path.join(' / ')}</legend>
          <p className="soft">
            {t('design.conflict.was')}：<code>{shown(one.base)}</code>
          </p>
          <Radio.Group
            value={sides[index]}
            onChange={(event) => choose(index, event.target.value)}
            options={[
              { value: 'mine', label: <>{t('design.conflict.mine')} <code>{shown(one.mine)}</code></> },
              { value: 'theirs', label: <>{t('design.conflict.theirs')} <code>{shown(one.theirs)}</code></> },
            ]} // prettier-ignore
            vertical
          />
        </fieldset>
      ))}
    </>
  )
}

function chosenOps(conflict: Conflict, sides: ('mine' | 'theirs')[]): Op[] {
  return conflict.conflicts.flatMap((one, index) => {
    if (sides[index] !== 'theirs') return []
    return one.theirs === undefined || one.theirs === null ? [{ op: 'remove', path: one.path }] : [{ op: 'set', path: one.path, value: one.theirs }]
  })
}

export function ConflictDialog() {
  const { t } = useTranslation()
  const conflict = useDesign((state) => state.conflict)
  const by = usePersonName(conflict?.by ?? '')
  const [sides, setSides] = useState<('mine' | 'theirs')[]>([])
  const [busy, setBusy] = useState(false)
  useEffect(() => setSides(conflict?.conflicts.map(() => 'mine' as const) ?? []), [conflict])
  if (conflict === null) return null
  const finish = async (text: string, ops: Op[]) => {
    setBusy(true)
    await resolve(text, ops, t('design.conflict.label'))
    setBusy(false)
  }
  const merged = conflict.merged
  return (
    <Modal
      open
      closable={false}
      width={640}
      title={t('design.conflict.title', { by: by || conflict.by })}
      footer={[
        <Button key="theirs" onClick={() => void finish(conflict.text, [])} loading={busy}>
          {t('design.conflict.takeTheirs')}
        </Button>,
        merged !== null && (
          <Button key="apply" type="primary" loading={busy} onClick={() => void finish(merged, chosenOps(conflict, sides))} data-testid="merge">
            {t('design.conflict.apply')}
          </Button>
        ),
      ]}
    >
      <p>{merged === null ? t('design.conflict.unreadable') : t('design.conflict.about')}</p>
      {merged !== null && <Sides conflict={conflict} sides={sides} choose={(index, side) => setSides(sides.map((one, i) => (i === index ? side : one)))} />}
      <Collapse
        ghost
        items={[
          { key: 'theirs', label: `${t('design.conflict.theirsList')} (${conflict.theirs.length})`, children: <Changes changes={conflict.theirs} /> },
          { key: 'mine', label: `${t('design.conflict.mineList')} (${conflict.mine.length})`, children: <Changes changes={conflict.mine} /> },
        ]}
      />
    </Modal>
  )
}
