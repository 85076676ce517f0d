/** Files and pictures: sent to the server as they are chosen; the form holds their ids. */
import { DeleteOutlined, PaperClipOutlined, UploadOutlined } from '@ant-design/icons'
import type { WidgetProps } from '@rjsf/utils'
import { App, Button, Upload } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '../../api/problem'
import { FileLink, rememberName, sendFile } from '../../shared/files'
import { useLanguage } from '../../i18n'

export function FilesWidget(props: WidgetProps) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const { message } = App.useApp()
  const [busy, setBusy] = useState(false)
  const pictures = props.options.pictures === true
  const files = (props.value ?? []) as string[]
  const most = Number(props.options.most ?? 20)
  const closed = props.disabled || props.readonly
  const send = async (file: File) => {
    setBusy(true)
    try {
      const stored = await sendFile(file)
      rememberName(stored.id, stored.name ?? '')
      props.onChange([...files, stored.id])
    } catch (error) {
      void message.error(sentenceOf(error, language))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="form-files">
      {files.map((file) => (
        <div key={file} className="form-file">
          <PaperClipOutlined aria-hidden="true" />
          <span>
            <FileLink id={file} />
          </span>
          {!closed && (
            <Button
              type="text"
              size="small"
              icon={<DeleteOutlined />}
              aria-label={t('forms.removeFile', { name: file })}
              onClick={() => props.onChange(files.filter((other) => other !== file))}
            />
          )}
        </div>
      ))}
      {!closed && files.length < most && (
        <Upload
          showUploadList={false}
          accept={pictures ? 'image/*' : undefined}
          beforeUpload={(file) => {
            void send(file)
            return false
          }}
        >
          <Button icon={<UploadOutlined />} loading={busy}>
            {busy ? t('forms.uploading') : t(pictures ? 'forms.uploadImage' : 'forms.upload')}
          </Button>
        </Upload>
      )}
      {!closed && props.options.most !== undefined && <span className="soft">{t('forms.most', { count: most })}</span>}
    </div>
  )
}
