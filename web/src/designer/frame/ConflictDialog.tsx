/** Two people changed the same thing: a three-way comparison where each conflict is decided, and nothing is lost. */
import { Button, Collapse, Modal } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../i18n'
import { usePersonName } from '../../shared/people'
import { Refusal } from '../../shared/Refusal'
import { insist, resolve, useDesign } from '../store/design'
import type { Change, Conflict, Op, Value } from '../types'

type Side = 'mine' | 'theirs'
const sidesOf = ['theirs', 'mine'] as const

function shown(value: Value): string {
  if (value === undefined || value === null) return '—'
  return typeof value === 'object' ? JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ') : String(value)
}

function Changes({ changes }: { changes: Change[] }) {
  const { sentence } = useLanguage()
  return (
    <ul className="conflict-list">
      {changes.map((change, index) => (
        <li key={index}>{sentence(change)}</li>
      ))}
    </ul>
  )
}

/** What was, what they made of it, what I made of it: the two last to choose from. */
function Compared({ conflict, by, sides, choose }: { conflict: Conflict; by: string; sides: Side[]; choose: (index: number, side: Side) => void }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  return conflict.conflicts.map((one, index) => (
    <fieldset key={one.path.join('.')} className="conflict-one">
      <legend>{text(one.of) || one.path.join(' / ')}</legend>
      <div className="conflict-sides">
        <div className="conflict-was">
          <span>{t('design.conflict.was')}</span>
          <div>{text(one.said?.base) || shown(one.base)}</div>
        </div>
        {sidesOf.map((side) => (
          <label key={side} className={sides[index] === side ? 'chosen' : ''} data-testid={`side-${side}`}>
            <span>
              <input type="radio" name={`conflict-${index}`} checked={sides[index] === side} onChange={() => choose(index, side)} />
              {side === 'mine' ? t('design.conflict.mine') : t('design.conflict.theirs', { by })}
            </span>
            <div>{text(one.said?.[side]) || shown(one[side])}</div>
          </label>
        ))}
      </div>
    </fieldset>
  ))
} // prettier-ignore

function chosenOps(conflict: Conflict, sides: Side[]): Op[] {
  return conflict.conflicts.flatMap((one, index) => {
    if (sides[index] !== 'theirs') return []
    return one.theirs === undefined || one.theirs === null ? [{ op: 'remove', path: one.path }] : [{ op: 'set', path: one.path, value: one.theirs }]
  })
}

export function ConflictDialog() {
  const { t } = useTranslation()
  const conflict = useDesign((state) => state.conflict)
  const refusal = useDesign((state) => state.refusal)
  const name = usePersonName(conflict?.by ?? '')
  const [sides, setSides] = useState<Side[]>([])
  const [busy, setBusy] = useState(false)
  useEffect(() => setSides(conflict?.conflicts.map(() => 'mine' as const) ?? []), [conflict])
  if (conflict === null) return null
  const by = name || conflict.by
  const finish = async (text: string, ops: Op[]) => {
    setBusy(true)
    await resolve(text, ops, t('design.conflict.label'))
    setBusy(false)
  }
  const merged = conflict.merged
  const about = merged === null ? t('design.conflict.unreadable') : conflict.conflicts.length ? t('design.conflict.about') : t('design.conflict.apart')
  return (
    <Modal
      open
      closable={false}
      width={720}
      title={t('design.conflict.title', { by })}
      footer={[
        <Button key="theirs" onClick={() => void finish(conflict.text, [])} loading={busy} data-testid="take-theirs">
          {t('design.conflict.takeTheirs')}
        </Button>,
        merged === null ? (
          <Button key="insist" type="primary" loading={busy} onClick={insist} data-testid="insist">
            {t('design.conflict.insist')}
          </Button>
        ) : (
          <Button key="apply" type="primary" loading={busy} onClick={() => void finish(merged, chosenOps(conflict, sides))} data-testid="merge">
            {t('design.conflict.apply')}
          </Button>
        ),
      ]}
    >
      <p>{about}</p>
      {refusal !== null && <Refusal error={refusal} />}
      {merged !== null && <Compared conflict={conflict} by={by} sides={sides} choose={(index, side) => setSides(sides.map((one, i) => (i === index ? side : one)))} />}
      <Collapse
        ghost
        items={[
          { key: 'theirs', label: t('design.conflict.theirsList', { by, count: conflict.theirs.length }), children: <Changes changes={conflict.theirs} /> },
          { key: 'mine', label: t('design.conflict.mineList', { count: conflict.mine.length }), children: <Changes changes={conflict.mine} /> },
        ].filter((one) => (one.key === 'theirs' ? conflict.theirs : conflict.mine).length > 0)}
      />
    </Modal>
  )
}
