/** A place on earth: typed, or where the device is. It always says its datum. */
import { AimOutlined } from '@ant-design/icons'
import type { FieldProps } from '@rjsf/utils'
import { App, Button, Form, InputNumber } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

type Place = { lat?: number; lng?: number; datum?: string }

export function PlaceField(props: FieldProps) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [busy, setBusy] = useState(false)
  const place = (props.formData ?? {}) as Place
  const closed = props.disabled || props.readonly
  const path = props.fieldPathId.path
  const id = props.fieldPathId.$id
  const errors = Object.values(props.errorSchema ?? {}).flatMap((each) =>
    Array.isArray(each) ? each : ((each as { __errors?: string[] } | undefined)?.__errors ?? []),
  )
  const put = (change: Place) => {
    const next = { datum: 'wgs84', ...place, ...change }
    props.onChange(next.lat === undefined && next.lng === undefined ? undefined : next, path)
  }
  const locate = () => {
    setBusy(true)
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setBusy(false)
        const six = (value: number) => Math.round(value * 1e6) / 1e6
        put({ lat: six(coords.latitude), lng: six(coords.longitude), datum: 'wgs84' })
      },
      () => {
        setBusy(false)
        void message.warning(t('forms.noPlace'))
      },
      { timeout: 10_000 },
    )
  }
  return (
    <Form.Item
      label={props.schema.title}
      required={props.required}
      htmlFor={id}
      extra={props.schema.description}
      labelCol={{ span: 24 }}
      wrapperCol={{ span: 24 }}
      validateStatus={errors.length > 0 ? 'error' : undefined}
      help={errors.length > 0 ? [...new Set(errors)].join(' · ') : undefined}
    >
      <div className="form-place">
        <InputNumber
          id={id}
          aria-label={t('forms.latitude')}
          placeholder={t('forms.latitude')}
          min={-90}
          max={90}
          value={place.lat ?? null}
          disabled={closed}
          onChange={(lat) => put({ lat: lat ?? undefined })}
        />
        <InputNumber
          aria-label={t('forms.longitude')}
          placeholder={t('forms.longitude')}
          min={-180}
          max={180}
          value={place.lng ?? null}
          disabled={closed}
          onChange={(lng) => put({ lng: lng ?? undefined })}
        />
        {!closed && (
          <Button icon={<AimOutlined />} loading={busy} onClick={locate}>
            {t('forms.here')}
          </Button>
        )}
      </div>
    </Form.Item>
  )
}
