/** A new design that begins blank or with a YAML text. */
import { App, Button, Form, Input, Modal, Upload } from 'antd'
import { UploadOutlined } from '@ant-design/icons'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { sentenceOf } from '../../api/problem'
import { useLanguage } from '../../i18n'
import { designs } from '../api'

const ID = /^[a-z][a-z0-9_]*$/

/** Makes a design and opens it at a step. */
export function useMake(): (body: unknown, step?: string) => Promise<void> {
  const go = useNavigate()
  const { message } = App.useApp()
  const { language } = useLanguage()
  return async (body, step = 'basics') => {
    try {
      const { body: made } = await designs.make(body)
      void go(`/designer/${made.id}/${step}`)
    } catch (error) {
      void message.error(sentenceOf(error, language))
    }
  }
}

type Props = { way: 'blank' | 'import' | null; close: () => void }

export function NewDesign({ way, close }: Props) {
  const { t } = useTranslation()
  const make = useMake()
  const [busy, setBusy] = useState(false)
  const [form] = Form.useForm<{ name: string; process: string; text: string }>()
  const submit = async (values: { name: string; process: string; text: string }) => {
    setBusy(true)
    const body =
      way === 'import'
        ? { from: { text: values.text } }
        : { from: { blank: true }, process: values.process, title: { zh: values.name } }
    await make(body, way === 'import' ? 'flow' : 'form')
    setBusy(false)
  }
  return (
    <Modal
      open={way !== null}
      onCancel={close}
      title={way === 'import' ? t('design.import') : t('design.gallery.blank')}
      okText={t('design.create')}
      cancelText={t('app.cancel')}
      confirmLoading={busy}
      onOk={() => form.submit()}
      destroyOnHidden
    >
      <Form form={form} layout="vertical" onFinish={(values) => void submit(values)} requiredMark={false}>
        {way === 'import' ? (
          <>
            <Upload
              className="new-file"
              accept=".yaml,.yml"
              showUploadList={false}
              beforeUpload={async (file) => {
                form.setFieldValue('text', await file.text())
                return false
              }}
            >
              <Button icon={<UploadOutlined />}>{t('design.chooseFile')}</Button>
            </Upload>
            <Form.Item
              name="text"
              label={t('design.importPaste')}
              extra={t('design.importKept')}
              rules={[{ required: true, message: t('design.importHint') }]}
            >
              <Input.TextArea
                rows={12}
                className="mono"
                maxLength={1_000_000}
                placeholder={'waystation: 1\nprocess: …'}
              />
            </Form.Item>
          </>
        ) : (
          <>
            <Form.Item
              name="name"
              label={t('design.blankName')}
              rules={[{ required: true, whitespace: true, message: t('design.blankNameHint') }]}
            >
              <Input placeholder={t('design.blankNameHint')} maxLength={60} autoFocus />
            </Form.Item>
            <Form.Item
              name="process"
              label={t('design.blankId')}
              extra={t('design.blankIdHint')}
              rules={[{ required: true, pattern: ID, message: t('design.blankIdHint') }]}
            >
              <Input placeholder="business_trip" maxLength={60} className="mono" />
            </Form.Item>
          </>
        )}
      </Form>
    </Modal>
  )
}
