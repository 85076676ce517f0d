/** One case as it went and as it would go: both ways step by step, who was asked, what was late, and the flow in colours. */
import { ArrowRightOutlined } from '@ant-design/icons'
import { Drawer, Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useLanguage } from '../../i18n'
import { PeopleNames } from '../../shared/people'
import { usePhone } from '../../shared/usePhone'
import { outcomeName } from '../../workbench/tasks/outcomes'
import { useCatalogue } from '../catalogue'
import type { Mark } from '../flow/Card'
import { useDesign } from '../store/design'
import { FlowSheet } from '../subnav/FlowSheet'
import { nodeWords } from '../words'
import { aligned, type Replayed } from './compare'

type Words = (node: string) => string

function Ways({ row, words, end }: { row: Replayed; words: Words; end: Words }) {
  const { t } = useTranslation()
  const steps = aligned(row.path_before, row.path_after)
  const asked = new Set(row.new_tasks)
  return (
    <table className="ways">
      <thead>
        <tr>
          <th scope="col">{t('replay.before', { version: row.version })}</th>
          <th scope="col">{t('replay.after')}</th>
        </tr>
      </thead>
      <tbody>
        {steps.map((step, index) => (
          <tr key={index} data-same={step.before === step.after}>
            <td data-only={step.after === null}>{step.before && words(step.before)}</td>
            <td data-only={step.before === null}>
              {step.after && words(step.after)}
              {step.before === null && step.after && asked.has(step.after) && <span className="soft small"> {t('replay.assumed')}</span>}
            </td>
          </tr>
        ))}
        <tr className="ways-end">
          <td data-only={row.outcome_before !== row.outcome_after}>{end(row.outcome_before) || '—'}</td>
          <td data-only={row.outcome_before !== row.outcome_after}>{row.verdict === 'stuck' ? <span className="bad">{t('replay.kind.stuck')}</span> : end(row.outcome_after) || '—'}</td>
        </tr>
      </tbody>
    </table>
  )
} // prettier-ignore

function People({ row, words }: { row: Replayed; words: Words }) {
  const { t } = useTranslation()
  if (row.approvers.length === 0) return null
  const asked = row.approvers as { node: string; before: string[]; after: string[] }[]
  return (
    <section>
      <h3>{t('replay.kind.approvers')}</h3>
      <ul className="ways-people">
        {asked.map((one) => (
          <li key={one.node}>
            <strong>{words(one.node)}</strong>
            <span>
              {one.before.length ? <PeopleNames ids={one.before} /> : t('design.nobody')} <ArrowRightOutlined aria-label={t('replay.becomes')} role="img" /> {one.after.length ? <PeopleNames ids={one.after} /> : <span className="bad">{t('design.nobody')}</span>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
} // prettier-ignore

function Late({ row, words }: { row: Replayed; words: Words }) {
  const { t } = useTranslation()
  if (row.breaches_before.length + row.breaches_after.length === 0) return null
  const { list } = useLanguage()
  const said = (nodes: readonly string[]) => list(nodes.map(words)) || t('replay.nothingLate')
  return (
    <section>
      <h3>{t('replay.kind.breaches')}</h3>
      <p>
        {said(row.breaches_before)} <ArrowRightOutlined aria-label={t('replay.becomes')} role="img" /> {said(row.breaches_after)}
      </p>
    </section>
  )
}

/** The draft's flow: what both came through, what is new on the way, what is left out. */
function Flow({ row }: { row: Replayed }) {
  const { t } = useTranslation()
  const model = useDesign((state) => state.model)
  const marks = useMemo(() => {
    const found: Record<string, Mark> = {}
    for (const node of row.path_before) found[node] = 'removed'
    for (const node of row.path_after) found[node] = row.path_before.includes(node) ? 'done' : 'added'
    return found
  }, [row])
  if (model === null) return null
  return (
    <>
      <p className="soft small ways-legend">{t('replay.legend')}</p>
      <FlowSheet model={model} marks={marks} label={t('replay.flow')} className="ways-flow" />
    </>
  )
}

export function Compared({ row, nodes, outcomes, close }: { row: Replayed | null; nodes: Record<string, unknown>; outcomes: Record<string, unknown>; close: () => void }) {
  const { t } = useTranslation()
  const { text, sentence, language } = useLanguage()
  const phone = usePhone()
  const catalogue = useCatalogue()
  const model = useDesign((state) => state.model)
  const [look, setLook] = useState<'steps' | 'flow'>('steps')
  const words: Words = (node) => text(nodes[node]) || nodeWords(model?.nodes.find((one) => one.id === node), catalogue, language) || node
  return (
    <Drawer open={row !== null} onClose={close} size={phone ? '100%' : 760} title={row && (text(row.title) || row.case)} extra={row && <Link to={`/cases/${row.case}`}>{t('replay.open')}</Link>} destroyOnHidden>
      {row && (
        <div className="compared" data-testid="compared">
          <p>{sentence(row)}</p>
          <Segmented value={look} onChange={setLook} options={(['steps', 'flow'] as const).map((one) => ({ value: one, label: t(`replay.look.${one}`) }))} />
          {look === 'steps' ? (
            <>
              <Ways row={row} words={words} end={(outcome) => outcomeName(outcome, text(outcomes[outcome]), t)} />
              <People row={row} words={words} />
              <Late row={row} words={words} />
            </>
          ) : (
            <Flow row={row} />
          )}
        </div>
      )}
    </Drawer>
  )
} // prettier-ignore
