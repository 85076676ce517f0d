/** Doing a task: its form, an opinion, and the verbs that the case would take from this user now. */
import { MoreOutlined } from '@ant-design/icons'
import { App, Button, Dropdown, Input, Tooltip } from 'antd'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '../../api/client'
import { ApiProblem } from '../../api/problem'
import { Loading } from '../../app/Loading'
import { drawn, hasRules, toSend } from '../../forms/business'
import { FormView, type FormHandle } from '../../forms/FormView'
import { textIn, useLanguage } from '../../i18n'
import { PeopleNames } from '../../shared/people'
import { Refusal } from '../../shared/Refusal'
import { useSettled } from '../../shared/useSettled'
import { DraftMark } from '../DraftMark'
import { useDraft } from '../useDraft'
import { outcomeName } from './outcomes'
import { isAnswer } from './verbs'
import { VerbDialog } from './VerbDialog'
import { useDesk, useVerb, type Sent } from './useTask'

type Data = Record<string, unknown>
type Offer = Schema<'TaskOffer'>
type Props = { task: Schema<'Task'>; nodeTitle: (node: string) => string; onDone: (sent: Sent) => void }

/** Verbs with a button of their own; the others stand under "more". */
const BESIDE = ['claim', 'return']

export function TaskDesk({ task, nodeTitle, onDone }: Props) {
  const { t } = useTranslation()
  const { text, language } = useLanguage()
  const { message } = App.useApp()
  const open = task.status === 'open'
  const [outcome, setOutcome] = useState<string | undefined>()
  const [data, setData] = useState<Data | null>(null)
  const [comment, setComment] = useState('')
  const [dialog, setDialog] = useState<Offer | null>(null)
  const [key, setKey] = useState(() => crypto.randomUUID())
  const handle = useRef<FormHandle | null>(null)
  const settled = useSettled(data ?? {}, 250)
  const [still, hold] = useState<Data | null>(null)
  const asked = useDesk(task.id, { form: still ?? settled, outcome: outcome ?? null }, true)
  const form = asked.data?.form
  const answers = asked.data?.offers.filter((offer) => isAnswer(offer.verb)) ?? []
  const draft = useDraft({ task: task.id }, open && answers.length > 0 && Boolean(form))
  useEffect(() => {
    if (draft.isReady && data === null && asked.data) setData(draft.form ?? {})
  }, [draft.isReady, draft.form, data, asked.data])
  useEffect(() => {
    if (form && still === null && !hasRules(form)) hold({})
  }, [form, still])
  const shown = useMemo(() => (form ? drawn(form, text, data ?? {}) : null), [form, data, language])
  const verb = useVerb(task, onDone)
  useEffect(() => setKey(crypto.randomUUID()), [data, comment, outcome])

  if (asked.isPending) return <Loading />
  if (!asked.data) return <Refusal error={asked.error} retry={() => void asked.refetch()} />
  const { offers, outcomes } = asked.data
  const may = answers.length > 0
  const find = (name: string) => offers.find((offer) => offer.verb === name)
  const rest = offers.filter((offer) => !isAnswer(offer.verb) && !BESIDE.includes(offer.verb))

  const answer = (name: string, chosen?: string) => {
    const judged = name === 'reject' || name === 'abstain'
    if (!judged && form && handle.current && !handle.current.check()) {
      void message.warning(t('work.start.incomplete'))
      return
    }
    if (name === 'reject' && !comment.trim()) {
      void message.warning(t('work.desk.sayWhy'))
      document.getElementById('opinion')?.focus()
      return
    }
    draft.stop()
    const filled = form ? toSend(form, shown?.data ?? {}) : {}
    const args = {
      ...(form && !judged ? { form: filled } : {}),
      ...(chosen ? { outcome: chosen } : {}),
      ...(comment.trim() ? { comment: comment.trim() } : {}),
      revision: task.revision,
    }
    verb.mutate({ verb: name, args, key })
  }
  const complete = (chosen: string, hasForm: boolean) => {
    // An outcome with a form of its own shows it first.
    if (hasForm && outcome !== chosen) setOutcome(chosen)
    else answer('complete', chosen)
  }
  const said = verb.error instanceof ApiProblem ? verb.error.fields(language) : undefined
  const why = (offer?: Offer) => (offer?.why ? textIn(offer.why, language) : undefined)
  return (
    <section className="panel" aria-label={t('work.desk.title')}>
      <div className="panel-head">
        <h2>{may ? (text(form?.title) || t('work.desk.title')) : t('work.desk.state')}</h2>
        <DraftMark state={draft.state} />
      </div>
      <div className="panel-body desk-body">
        <Refusal error={verb.error} />
        {!may && <StateLine task={task} offers={offers} />}
        {may && shown && (
          <FormView
            key={outcome ?? ''}
            id="task"
            schema={shown.schema}
            uiSchema={shown.uiSchema}
            data={shown.data}
            said={said}
            handle={(found) => (handle.current = found)}
            onChange={(next) => {
              setData(next)
              draft.keep(toSend(form, next))
            }}
          />
        )}
        {may && (
          <div className="desk-opinion">
            <label htmlFor="opinion">{t(find('approve') && !shown ? 'work.desk.opinion' : 'work.desk.note')}</label>
            <Input.TextArea
              id="opinion"
              value={comment}
              maxLength={2000}
              autoSize={{ minRows: 2, maxRows: 8 }}
              placeholder={t(find('approve') ? 'work.desk.opinionHint' : 'work.desk.noteHint')}
              onChange={(event) => setComment(event.target.value)}
            />
          </div>
        )}
      </div>
      {offers.length > 0 && (
        <div className="desk-foot">
          {find('approve') && (
            <Tooltip title={why(find('approve'))}>
              <Button
                type="primary"
                disabled={Boolean(find('approve')?.why)}
                loading={verb.isPending && verb.variables.verb === 'approve'}
                onClick={() => answer('approve')}
                data-testid="verb-approve"
              >
                {t('work.verb.approve')}
              </Button>
            </Tooltip>
          )}
          {find('complete') &&
            (outcomes.length > 0 ? outcomes : [{ id: '', title: null, has_form: false }]).map((one, index) => (
              <Tooltip key={one.id} title={why(find('complete'))}>
                <Button
                  type={index === 0 ? 'primary' : 'default'}
                  disabled={Boolean(find('complete')?.why)}
                  loading={verb.isPending && verb.variables.args.outcome === one.id}
                  onClick={() => complete(one.id, one.has_form)}
                  data-testid={`outcome-${one.id}`}
                >
                  {outcomes.length <= 1 && !one.title
                    ? t('work.verb.complete')
                    : outcomeName(one.id, text(one.title), t)}
                </Button>
              </Tooltip>
            ))}
          {find('reject') && (
            <Button danger loading={verb.isPending && verb.variables.verb === 'reject'} onClick={() => answer('reject')}>
              {t('work.verb.reject')}
            </Button>
          )}
          {BESIDE.map(find).map(
            (offer) =>
              offer && (
                <Button key={offer.verb} onClick={() => setDialog(offer)} data-testid={`verb-${offer.verb}`}>
                  {t(`work.verb.${offer.verb}`)}
                </Button>
              ),
          )}
          {(rest.length > 0 || find('abstain')) && (
            <Dropdown
              trigger={['click']}
              menu={{
                items: [...(find('abstain') ? [find('abstain')!] : []), ...rest].map((offer) => ({
                  key: offer.verb,
                  label: t(`work.verb.${offer.verb}`),
                  disabled: Boolean(offer.why),
                  title: why(offer) ?? '',
                  onClick: () => (offer.verb === 'abstain' ? answer('abstain') : setDialog(offer)),
                })),
              }}
            >
              <Button icon={<MoreOutlined />} data-testid="verb-more">
                {t('app.more')}
              </Button>
            </Dropdown>
          )}
        </div>
      )}
      {dialog && (
        <VerbDialog
          task={task}
          offer={dialog}
          nodeTitle={nodeTitle}
          onClose={() => setDialog(null)}
          onDone={onDone}
        />
      )}
    </section>
  )
}

/** Why there is nothing to answer here: closed, or others' business. */
function StateLine({ task, offers }: { task: Schema<'Task'>; offers: Offer[] }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  if (task.status !== 'open')
    return (
      <p className="desk-state">
        {task.answered_by ? (
          <>
            <PeopleNames ids={[task.answered_by]} /> · {outcomeTextOf(task, text, t)}
          </>
        ) : (
          t('work.desk.closed')
        )}
      </p>
    )
  if (task.claimer)
    return (
      <p className="desk-state">
        {t('work.desk.claimedBy')} <PeopleNames ids={[task.claimer]} />
      </p>
    )
  return (
    <p className="desk-state">
      {t(offers.length > 0 ? 'work.desk.waitsFor' : 'work.desk.notYours')} <PeopleNames ids={task.candidates} />
    </p>
  )
}

function outcomeTextOf(task: Schema<'Task'>, text: (value: unknown) => string, t: (key: string) => string): string {
  const known = Array.isArray(task.outcomes) ? (task.outcomes as { id: string; title?: unknown }[]) : []
  const id = task.outcome ?? 'done'
  return outcomeName(id, text(known.find((one) => one.id === id)?.title), t as never)
}
