/** Fills in the start form of one process, says who will be asked, and starts it. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Popconfirm } from 'antd'
import type { RJSFSchema } from '@rjsf/utils'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate, useParams } from 'react-router'
import { answered, api } from '../../api/client'
import { ApiProblem, sentenceOf } from '../../api/problem'
import { Loading } from '../../app/Loading'
import { drawn, hasRules, toSend } from '../../forms/business'
import { FormView, isComplete, type FormHandle } from '../../forms/FormView'
import { useLanguage } from '../../i18n'
import { Page } from '../../shared/Page'
import { Refusal } from '../../shared/Refusal'
import { useSettled } from '../../shared/useSettled'
import { COUNTS } from '../counts'
import { DraftMark } from '../DraftMark'
import { useProcessTitle } from '../processes'
import { TASKS } from '../tasks/useTasks'
import { useDraft } from '../useDraft'
import { ProspectView } from './ProspectView'
import './start.css'

type Data = Record<string, unknown>

function useStartForm(process: string, data: Data, enabled: boolean) {
  return useQuery({
    queryKey: ['start-form', process, data],
    queryFn: () =>
      answered(api.POST('/api/v1/processes/{process}/form', { params: { path: { process } }, body: { data } })),
    placeholderData: keepPreviousData,
    enabled,
    gcTime: 60_000,
  })
}

type Ahead = { process: string; data: Data; version: number; schema: RJSFSchema | undefined }

/** Asks only once what is filled in would be taken. */
function Prospects({ process, data, version, schema }: Ahead) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const settled = useSettled(data, 600)
  const complete = !schema || isComplete(schema, settled)
  const found = useQuery({
    queryKey: ['start-forecast', process, version, settled],
    queryFn: () =>
      answered(
        api.POST('/api/v1/processes/{process}/forecast', { params: { path: { process } }, body: { data: settled } }),
      ),
    placeholderData: keepPreviousData,
    enabled: complete,
    retry: false,
  })
  const unfinished = found.error instanceof ApiProblem && ['bad_form', 'bad_data'].includes(found.error.code)
  return (
    <aside className="panel start-side" aria-label={t('work.prospect.title')}>
      <div className="panel-head">
        <h2>{t('work.prospect.title')}</h2>
      </div>
      <div className="panel-body">
        {found.isError && !unfinished && <p className="late">{sentenceOf(found.error, language)}</p>}
        {found.data && complete && !found.isError ? (
          <ProspectView prospect={found.data} />
        ) : (
          (unfinished || !found.isError) && <p className="soft">{t('work.prospect.fillIn')}</p>
        )}
      </div>
    </aside>
  )
}

function Filling({ process, title }: { process: string; title: string }) {
  const { t } = useTranslation()
  const { text, language } = useLanguage()
  const { message } = App.useApp()
  const navigate = useNavigate()
  const client = useQueryClient()
  const draft = useDraft({ process }, true)
  const [data, setData] = useState<Data | null>(null)
  const handle = useRef<FormHandle | null>(null)
  const [key, setKey] = useState(() => crypto.randomUUID())
  useEffect(() => {
    if (draft.isReady && data === null) setData(draft.form ?? {})
  }, [draft.isReady, draft.form, data])
  const settled = useSettled(data ?? {}, 250)
  // A form without rules stands as it stood at first, whatever is filled in.
  const [still, hold] = useState<Data | null>(null)
  const asked = useStartForm(process, still ?? settled, data !== null)
  const form = asked.data?.form
  useEffect(() => {
    if (form && still === null && !hasRules(form)) hold(settled)
  }, [form, still, settled])
  const shown = useMemo(() => (form && data ? drawn(form, text, data) : null), [form, data, language])
  const start = useMutation({
    mutationFn: async () => {
      const revision = draft.stop()
      const body = { process, data: toSend(form, shown?.data ?? {}), ...(revision > 0 ? { draft: revision } : {}) }
      return answered(api.POST('/api/v1/cases', { body, params: { header: { 'idempotency-key': key } } }))
    },
    onSuccess: async ({ case: started }) => {
      void message.success(t('work.start.started'))
      await Promise.all([
        client.invalidateQueries({ queryKey: [TASKS] }),
        client.invalidateQueries({ queryKey: COUNTS }),
        client.invalidateQueries({ queryKey: ['cases'] }),
      ])
      // Only who asks not to wait for it gets the id alone.
      navigate(`/cases/${typeof started === 'string' ? started : started.id}`, { replace: true })
    },
    // What is sent next is another request.
    onError: (error) => error instanceof ApiProblem && error.status >= 400 && error.status < 500 && setKey(crypto.randomUUID()),
  })
  const said = start.error instanceof ApiProblem ? start.error.fields(language) : undefined
  if (asked.isError && !form) return <Refusal error={asked.error} retry={() => void asked.refetch()} />
  if (data === null || asked.isPending) return <Loading />
  const submit = () => {
    if (handle.current && !handle.current.check()) void message.warning(t('work.start.incomplete'))
    else start.mutate()
  }
  return (
    <div className="start-page">
      <div className="panel">
        <div className="panel-body">
          <Refusal error={start.error} />
          {shown ? (
            <FormView
              id="start"
              schema={shown.schema}
              uiSchema={shown.uiSchema}
              data={shown.data}
              said={said}
              handle={(found) => (handle.current = found)}
              onChange={(next) => {
                setData(next)
                draft.keep(next)
              }}
            />
          ) : (
            <p className="soft">{t('work.start.noForm', { title })}</p>
          )}
        </div>
        <div className="start-foot">
          <Button type="primary" size="large" loading={start.isPending} onClick={submit} data-testid="submit">
            {t('work.start.submit')}
          </Button>
          {draft.state !== 'none' && (
            <Popconfirm
              title={t('work.draft.discardAsk')}
              okText={t('work.draft.discard')}
              cancelText={t('app.cancel')}
              onConfirm={async () => {
                await draft.discard()
                setData({})
              }}
            >
              <Button type="text">{t('work.draft.discard')}</Button>
            </Popconfirm>
          )}
          <DraftMark state={draft.state} />
        </div>
      </div>
      {asked.data && <Prospects process={process} data={toSend(form, shown?.data ?? {})} version={asked.data.version} schema={shown?.schema} />}
    </div>
  )
}

export function StartPage() {
  const { t } = useTranslation()
  const { process = '' } = useParams()
  const title = useProcessTitle()(process)
  return (
    <Page title={title} about={t('work.start.fill')} back="/start">
      <Filling key={process} process={process} title={title} />
    </Page>
  )
}
