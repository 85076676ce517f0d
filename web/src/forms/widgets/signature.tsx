/** A signature drawn by hand, with a finger, a pen or the mouse; kept as a picture among the files. */
import { ClearOutlined, EditOutlined } from '@ant-design/icons'
import type { WidgetProps } from '@rjsf/utils'
import { App, Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '../../api/problem'
import { useLanguage } from '../../i18n'
import { sendFile } from '../../shared/files'

const SIZE = { width: 480, height: 160 }

export function Signature({ file }: { file: string }) {
  const { t } = useTranslation()
  return <img className="signature" src={`/api/v1/files/${encodeURIComponent(file)}`} alt={t('forms.signature')} />
}

/** Draws where the pointer goes; says whether anything was drawn. */
function usePen(drawn: () => void) {
  const sheet = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const canvas = sheet.current
    const pen = canvas?.getContext('2d')
    if (!canvas || !pen) return
    Object.assign(pen, { lineWidth: 2.5, lineCap: 'round', lineJoin: 'round', strokeStyle: getComputedStyle(canvas).color })
    let down = false
    const at = (event: PointerEvent): [number, number] => {
      const box = canvas.getBoundingClientRect()
      return [((event.clientX - box.left) / box.width) * SIZE.width, ((event.clientY - box.top) / box.height) * SIZE.height]
    }
    const begin = (event: PointerEvent) => {
      down = true
      canvas.setPointerCapture(event.pointerId)
      pen.beginPath()
      pen.moveTo(...at(event))
    }
    const move = (event: PointerEvent) => {
      if (!down) return
      pen.lineTo(...at(event))
      pen.stroke()
      drawn()
    }
    const end = () => (down = false)
    canvas.addEventListener('pointerdown', begin)
    canvas.addEventListener('pointermove', move)
    canvas.addEventListener('pointerup', end)
    return () => {
      canvas.removeEventListener('pointerdown', begin)
      canvas.removeEventListener('pointermove', move)
      canvas.removeEventListener('pointerup', end)
    }
  })
  return sheet
}

export function SignatureWidget(props: WidgetProps) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const { message } = App.useApp()
  const [drawn, setDrawn] = useState(false)
  const [busy, setBusy] = useState(false)
  const sheet = usePen(() => setDrawn(true))
  const closed = props.disabled || props.readonly
  const clear = () => {
    sheet.current?.getContext('2d')?.clearRect(0, 0, SIZE.width, SIZE.height)
    setDrawn(false)
  }
  const keep = async () => {
    setBusy(true)
    try {
      const picture = await new Promise<Blob | null>((done) => sheet.current!.toBlob(done, 'image/png'))
      if (picture !== null) props.onChange((await sendFile(new File([picture], 'signature.png', { type: 'image/png' }))).id)
    } catch (error) {
      void message.error(sentenceOf(error, language))
    } finally {
      setBusy(false)
    }
  }
  if (props.value || closed)
    return (
      <div className="form-signature">
        {props.value ? <Signature file={String(props.value)} /> : <span className="soft">—</span>}
        {!closed && (
          <Button icon={<EditOutlined />} onClick={() => (props.onChange(undefined), setDrawn(false))}>
            {t('forms.signAgain')}
          </Button>
        )}
      </div>
    )
  return (
    <div className="form-signature">
      <canvas id={props.id} ref={sheet} {...SIZE} aria-label={t('forms.signHere')} role="img" />
      {!drawn && <span className="form-signature-hint soft">{t('forms.signHere')}</span>}
      <div>
        <Button size="small" icon={<ClearOutlined />} disabled={!drawn} onClick={clear}>
          {t('forms.signClear')}
        </Button>
        <Button size="small" type="default" loading={busy} disabled={!drawn} onClick={() => void keep()}>
          {t('forms.signKeep')}
        </Button>
      </div>
    </div>
  )
}
