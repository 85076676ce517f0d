/** What became of a node that was run alone: where the case would go, who is asked, what was decided and changed. */
import { ArrowRightOutlined, CheckOutlined, ClockCircleOutlined, CloseOutlined } from '@ant-design/icons'
import { Alert, Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../i18n'
import { useCatalogue, useNamed } from '../../designer/catalogue'
import { useMeant } from '../../designer/overlays/useMeant'
import { useDesign } from '../../designer/store/design'
import { conditionWords, edgeWords, nodeWords, outcomeWords, targetWords } from '../../designer/words'
import { whenText } from '../../shared/when'
import { isTable, ValueView } from '../../workbench/cases/values'
import type { Field } from '../../workbench/plan'
import type { NodeTrial } from './types'

const TAGS = { open: 'tag-open', done: 'tag-live', failed: 'tag-bad', skipped: '', event: 'tag-open', withdrawn: '', not_entered: 'tag-bad' }

function Shown({ value, field }: { value: unknown; field?: Field }) {
  const plain = value === null || value === undefined || typeof value !== 'object'
  if (value === null || value === undefined) return <span className="soft">—</span>
  if (plain || isTable(value)) return <ValueView value={value} field={field} />
  return <code className="one-value">{JSON.stringify(value)}</code>
}

/** Where it goes, in one line each. */
function Exits({ trial }: { trial: NodeTrial }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const catalogue = useCatalogue()
  const named = useNamed()
  const model = useMeant()!
  if (trial.kind === 'end' && trial.state === 'done') return <p className="one-exit"><ArrowRightOutlined /> {trial.ended ? t('sim.one.endsAs', { outcome: outcomeWords(undefined, trial.ended, language) }) : t('sim.one.ends')}</p>
  return (
    <>
      {trial.exits.map((exit, index) => {
        const edge = model.edges.find((one) => one.id === exit.edge)
        const words = edge ? edgeWords(edge, model, named, language) : exit.outcome ? outcomeWords(model.nodes.find((one) => one.id === trial.node), exit.outcome, language) : ''
        return <p key={index} className="one-exit" data-testid="one-exit"><ArrowRightOutlined /> {t('sim.one.goesTo')} <strong>{targetWords(exit.to, model, catalogue, language)}</strong>{words && <Tag>{words}</Tag>}</p>
      })}
    </>
  )
} // prettier-ignore

function Branches({ trial }: { trial: NodeTrial }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const catalogue = useCatalogue()
  const named = useNamed()
  const model = useMeant()!
  if (trial.branches.length === 0) return null
  return (
    <section>
      <h4>{t('sim.one.branches')}</h4>
      <ul className="one-branches">
        {trial.branches.map((one) => (
          <li key={one.index} className={one.taken ? 'taken' : ''}>
            {one.error !== null ? <CloseOutlined className="bad" /> : one.taken ? <CheckOutlined className="good" /> : <span className="one-dot" />}
            <span>
              {one.when === null ? t('sim.one.otherwise') : conditionWords(`\${ ${one.when} }`, named, language)} → {targetWords(one.to, model, catalogue, language)}
              <span className={one.error !== null ? 'bad small' : 'soft small'}> {one.error ?? (one.holds === null ? '' : one.holds ? t('sim.one.holds') : t('sim.one.holdsNot'))}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
} // prettier-ignore

function Rules({ rules }: { rules: NonNullable<NodeTrial['rules']> }) {
  const { t } = useTranslation()
  const { list } = useLanguage()
  const named = useNamed()
  return (
    <section>
      <h4>{t('sim.one.table')}</h4>
      <p>{rules.fit.length === 0 ? t('sim.one.noRule') : t('sim.one.rules', { rules: list(rules.fit.map((index) => String(index + 1))) })}</p>
      <dl className="values">
        {Object.entries(rules.inputs).map(([name, value]) => {
          const known = named.find((one) => one.name === `data.${name}`)
          return <div key={name}><dt>{known?.title ?? name}</dt><dd><Shown value={value} field={known?.schema as Field | undefined} /></dd></div>
        })}
      </dl>
    </section>
  )
} // prettier-ignore

function Changes({ trial }: { trial: NodeTrial }) {
  const { t } = useTranslation()
  const named = useNamed()
  if (trial.changes.length === 0) return trial.state === 'done' ? <p className="soft small">{t('sim.one.noChanges')}</p> : null
  return (
    <section>
      <h4>{t('sim.one.changes')}</h4>
      <table className="one-changes" data-testid="one-changes">
        <thead><tr><th scope="col">{t('sim.one.field')}</th><th scope="col">{t('sim.one.before')}</th><th scope="col">{t('sim.one.after')}</th></tr></thead>
        <tbody>
          {trial.changes.map((one) => {
            const known = named.find((each) => each.name === `data.${one.field}`)
            const field = known?.schema as Field | undefined
            return <tr key={one.field}><th scope="row">{known?.title ?? <span className="mono">{one.field}</span>}</th><td className="was"><Shown value={one.before} field={field} /></td><td className="is"><Shown value={one.after} field={field} /></td></tr>
          })}
        </tbody>
      </table>
    </section>
  )
} // prettier-ignore

function Troubles({ trial }: { trial: NodeTrial }) {
  const { language, text } = useLanguage()
  const catalogue = useCatalogue()
  const model = useMeant()!
  return (
    <>
      {trial.problems.map((one, index) => {
        const where = nodeWords(model.nodes.find((each) => each.id === one.node), catalogue, language) || one.node
        const more = one.title !== one.zh && one.title !== one.en && !one.title.includes(one.en) ? one.title : ''
        return <Alert key={index} type="error" showIcon title={<>{`${where}${language === 'zh' ? '：' : ': '}${text(one)}`}<span className="small one-line">{more} {one.field && <code className="one-value">{one.field}</code>}</span></>} data-testid="one-problem" />
      })}
      {trial.refused && trial.refused.step === 0 && <Alert type="error" showIcon title={text(trial.refused)} />}
    </>
  )
} // prettier-ignore

function Clocks({ trial }: { trial: NodeTrial }) {
  const { t } = useTranslation()
  const { language, text } = useLanguage()
  if (trial.clocks.length === 0) return null
  return (
    <section>
      <h4>{t('sim.one.clocks')}</h4>
      {trial.clocks.map((one) => <p key={one.id} className="one-clock"><ClockCircleOutlined /> {text(one.why) || t('sim.one.due', { at: whenText(one.due, language) })}</p>)}
    </section>
  )
} // prettier-ignore

function Doings({ trial }: { trial: NodeTrial }) {
  const { t } = useTranslation()
  const { text, list } = useLanguage()
  const actions = useCatalogue().actions
  const names = useDesign((state) => state.names)
  return (
    <>
      {trial.actions.map((one, index) => (
        <details key={index} className="sim-data">
          <summary>{text(actions.find((each) => each.do === one.do)?.title) || one.do} <span className="soft small">{one.failed ? t('sim.one.failedWith', { code: one.failed }) : one.stub || one.do in trial.stubs ? t('sim.one.stubbed') : t('sim.one.real')}</span></summary>
          <pre>{JSON.stringify({ with: one.with, ...(one.failed ? { failed: one.failed } : { result: one.result }) }, null, 2)}</pre>
        </details>
      ))}
      {trial.notices.map((one, index) => <p key={index} className="soft small">{t('sim.one.notice', { who: list(one.to.map((id) => names[id] ?? id)) })}</p>)}
      {trial.sent.map((one, index) => <p key={index} className="soft small">{t('sim.one.sent', { message: one.message })}</p>)}
    </>
  )
} // prettier-ignore

export function Outcome({ trial, children }: { trial: NodeTrial; children?: React.ReactNode }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const names = useDesign((state) => state.names)
  const why = text(trial.why).split(/(\b[\w.-]+\b)/).map((part) => names[part] ?? part).join('')
  return (
    <div className="one-outcome">
      <p className="one-state"><Tag className={TAGS[trial.state]} data-testid="one-state">{t(`sim.one.state.${trial.state}`)}</Tag> {why && <span className="soft">{why}</span>}</p>
      <Troubles trial={trial} />
      <Exits trial={trial} />
      {children}
      <Clocks trial={trial} />
      <Branches trial={trial} />
      {trial.rules && <Rules rules={trial.rules} />}
      <Changes trial={trial} />
      <Doings trial={trial} />
      {trial.output && (
        <details className="sim-data">
          <summary>{t('sim.one.output')}</summary>
          <pre data-testid="one-output">{JSON.stringify(Object.fromEntries(Object.entries(trial.output).filter(([key, value]) => key !== 'kind' && value !== null)), null, 2)}</pre>
        </details>
      )}
    </div>
  )
} // prettier-ignore
