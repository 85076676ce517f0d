/** Asks for what a verb needs (people, a target, words) and carries it out. */
import { Form, Input, Modal, Select } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '../../api/client'
import { PeopleSelect } from '../../shared/PeopleSelect'
import { Refusal } from '../../shared/Refusal'
import { useMe } from '../../auth/session'
import { ASKS } from './verbs'
import { useVerb, type Sent } from './useTask'

type Props = {
  task: Schema<'Task'>
  offer: Schema<'TaskOffer'>
  /** Titles of nodes, for the targets of a return. */
  nodeTitle: (node: string) => string
  onClose: () => void
  onDone: (sent: Sent) => void
}

export function VerbDialog({ task, offer, nodeTitle, onClose, onDone }: Props) {
  const { t } = useTranslation()
  const me = useMe()
  const ask = ASKS[offer.verb] ?? {}
  const [who, setWho] = useState<string[]>([])
  const [target, setTarget] = useState(offer.targets[0])
  const [words, setWords] = useState('')
  const [key, setKey] = useState(() => crypto.randomUUID())
  const verb = useVerb(task, (sent) => {
    onClose()
    onDone(sent)
  })
  useEffect(() => setKey(crypto.randomUUID()), [who, target, words])
  const lacks = (ask.who && who.length === 0) || (ask.needed && !words.trim())
  const send = () => {
    const args: Record<string, unknown> = {}
    if (ask.who) args.who = ask.who === 'one' ? who[0] : who
    if (ask.target) args.to = target
    if (ask.words && words.trim()) args[ask.words] = words.trim()
    verb.mutate({ verb: offer.verb, args, key })
  }
  const targetTitle = (to: string) =>
    to === 'initiator' || to === 'previous' ? t(`work.target.${to}`) : nodeTitle(to)
  return (
    <Modal
      open
      title={t(`work.verb.${offer.verb}`)}
      okText={t(`work.verb.${offer.verb}`)}
      cancelText={t('app.cancel')}
      okButtonProps={{ disabled: Boolean(lacks), loading: verb.isPending, 'data-testid': 'verb-ok' } as never}
      onOk={send}
      onCancel={onClose}
    >
      <p className="soft">{t(`work.verbHint.${offer.verb}`)}</p>
      <Refusal error={verb.error} />
      <Form layout="vertical" component="div">
        {ask.target && (
          <Form.Item label={t('work.ask.target')} htmlFor="verb-target">
            <Select
              id="verb-target"
              value={target}
              onChange={setTarget}
              options={offer.targets.map((to) => ({ value: to, label: targetTitle(to) }))}
            />
          </Form.Item>
        )}
        {ask.who && (
          <Form.Item label={t('work.ask.who')} required htmlFor="verb-who">
            <PeopleSelect
              id="verb-who"
              several={ask.who === 'several'}
              value={who}
              without={offer.verb === 'remove' ? [] : [me.person]}
              onChange={setWho}
            />
          </Form.Item>
        )}
        {ask.words && (
          <Form.Item
            label={t(ask.words === 'reason' ? 'work.ask.reason' : 'work.ask.text')}
            required={ask.needed}
            htmlFor="verb-words"
          >
            <Input.TextArea
              id="verb-words"
              value={words}
              maxLength={2000}
              autoSize={{ minRows: 3, maxRows: 8 }}
              onChange={(event) => setWords(event.target.value)}
            />
          </Form.Item>
        )}
      </Form>
    </Modal>
  )
}
