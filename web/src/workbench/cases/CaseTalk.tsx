/** Comments and files of a case. */
import { PaperClipOutlined, UploadOutlined } from '@ant-design/icons'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button, Input, Upload } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answered, api } from '../../api/client'
import { sentenceOf } from '../../api/problem'
import { useLanguage } from '../../i18n'
import { FileLink, sendFile } from '../../shared/files'
import { Face, usePersonName } from '../../shared/people'
import { whenText } from '../../shared/when'
import { useAttachments, useComments, type Case } from './useCase'
import '../workbench.css'

function Comment({ by, at, said }: { by: string; at: string; said: string }) {
  const { language } = useLanguage()
  const name = usePersonName(by)
  return (
    <li className="case-comment">
      <Face id={by} name={name} />
      <div>
        <div>
          <strong>{name}</strong> <time className="soft">{whenText(at, language)}</time>
        </div>
        <div>{said}</div>
      </div>
    </li>
  )
}

function Comments({ about }: { about: Case }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const client = useQueryClient()
  const { message } = App.useApp()
  const [said, say] = useState('')
  const found = useComments(about.id)
  const send = useMutation({
    mutationFn: (text: string) =>
      answered(
        api.POST('/api/v1/cases/{case}/comments', {
          params: { path: { case: about.id } },
          body: { text },
        }),
      ),
    onSuccess: async () => {
      say('')
      await client.invalidateQueries({ queryKey: ['case', about.id] })
    },
    onError: (error) => void message.error(sentenceOf(error, language)),
  })
  const items = found.data?.items ?? []
  return (
    <>
      {items.length === 0 && <p className="soft">{t('work.case.noComments')}</p>}
      <ul className="case-comments">
        {items.map((one) => (
          <Comment key={one.seq} by={one.by} at={one.at} said={one.text ?? '…'} />
        ))}
      </ul>
      {about.ended_at === null && (
        <div className="case-say">
          <Input.TextArea
            aria-label={t('work.case.say')}
            placeholder={t('work.case.say')}
            value={said}
            maxLength={2000}
            autoSize={{ minRows: 1, maxRows: 6 }}
            onChange={(event) => say(event.target.value)}
          />
          <Button disabled={!said.trim()} loading={send.isPending} onClick={() => send.mutate(said.trim())}>
            {t('work.case.send')}
          </Button>
        </div>
      )}
    </>
  )
}

function Files({ about }: { about: Case }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const client = useQueryClient()
  const { message } = App.useApp()
  const found = useAttachments(about.id)
  const add = useMutation({
    mutationFn: async (file: File) => {
      const stored = await sendFile(file)
      const path = { case: about.id, file: stored.id }
      await answered(api.PUT('/api/v1/cases/{case}/attachments/{file}', { params: { path } }))
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['case', about.id, 'attachments'] }),
    onError: (error) => void message.error(sentenceOf(error, language)),
  })
  const items = found.data?.items ?? []
  return (
    <>
      <ul className="case-files">
        {items.map((file) => (
          <li key={file.id}>
            <PaperClipOutlined aria-hidden="true" /> <FileLink id={file.id} name={file.name ?? '…'} />{' '}
            <span className="soft">{Math.max(1, Math.round(file.size / 1024))} KB</span>
            {file.state === 'quarantined' && <span className="late"> {t('work.case.quarantined')}</span>}
          </li>
        ))}
      </ul>
      <Upload
        showUploadList={false}
        beforeUpload={(file) => {
          add.mutate(file)
          return false
        }}
      >
        <Button size="small" icon={<UploadOutlined />} loading={add.isPending}>
          {t('work.case.addFile')}
        </Button>
      </Upload>
    </>
  )
}

export function CaseTalk({ about }: { about: Case }) {
  const { t } = useTranslation()
  return (
    <section className="panel" aria-label={t('work.case.comments')}>
      <div className="panel-head">
        <h2>{t('work.case.comments')}</h2>
      </div>
      <div className="panel-body">
        <Comments about={about} />
        <h3 className="case-files-title">{t('work.case.files')}</h3>
        <Files about={about} />
      </div>
    </section>
  )
}
