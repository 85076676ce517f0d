/** How forms are laid out: fields in rows, details as tables that become cards on a phone. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import {
  getUiOptions,
  type ArrayFieldItemTemplateProps,
  type ArrayFieldTemplateProps,
  type DescriptionFieldProps,
  type FieldErrorProps,
  type ObjectFieldTemplateProps,
  type TemplatesType,
  type TitleFieldProps,
} from '@rjsf/utils'
import { Button, Col, Row, Typography } from 'antd'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'

function spanOf(content: ReactElement): number {
  const { uiSchema } = content.props as { uiSchema?: Record<string, unknown> }
  return Number(getUiOptions(uiSchema).span ?? 24)
}

function ObjectField({ properties, title, description, fieldPathId, uiSchema }: ObjectFieldTemplateProps) {
  const options = getUiOptions(uiSchema)
  const shown = properties.filter((each) => !each.hidden)
  if (options.row === true)
    return (
      <div className="detail-row" style={{ '--columns': shown.length } as React.CSSProperties}>
        {shown.map((each) => (
          <div key={each.name}>{each.content}</div>
        ))}
      </div>
    )
  const body = (
    <Row gutter={20}>
      {shown.map((each) => (
        <Col key={each.name} xs={24} md={spanOf(each.content)}>
          {each.content}
        </Col>
      ))}
    </Row>
  )
  // The first object of a form is the form itself: what stands around it says its title.
  if (fieldPathId.path.length === 0 || !title) return body
  return (
    <fieldset className="form-group">
      <legend>{title}</legend>
      {description && <p className="soft">{description}</p>}
      {body}
    </fieldset>
  )
}

function Detail({ items, title, required, canAdd, onAddClick, readonly, disabled, uiSchema }: ArrayFieldTemplateProps) {
  const { t } = useTranslation()
  const { label, help } = getUiOptions(uiSchema) as { label?: boolean; help?: string }
  return (
    <div className="detail">
      {title && label !== false && (
        <div className="detail-title">
          {title}
          {required && (
            <span className="detail-needed" aria-hidden="true">
              *
            </span>
          )}
          {items.length > 0 && <span className="soft">{t('forms.rows', { count: items.length })}</span>}
        </div>
      )}
      {help && <div className="soft">{help}</div>}
      <div className="detail-rows">{items}</div>
      {canAdd && !readonly && !disabled && (
        <Button type="dashed" block icon={<PlusOutlined />} onClick={onAddClick}>
          {t('forms.addRow')}
        </Button>
      )}
    </div>
  )
}

function DetailItem({ children, buttonsProps, index, readonly, disabled }: ArrayFieldItemTemplateProps) {
  const { t } = useTranslation()
  return (
    <div className={index === 0 ? 'detail-item detail-first' : 'detail-item'}>
      <span className="detail-number">{index + 1}</span>
      <div className="detail-content">{children}</div>
      {buttonsProps.hasRemove && !readonly && !disabled && (
        <Button
          type="text"
          icon={<DeleteOutlined />}
          aria-label={t('forms.removeRow', { number: index + 1 })}
          onClick={buttonsProps.onRemoveItem}
          className="detail-remove"
        />
      )}
    </div>
  )
}

function Title({ title, id }: TitleFieldProps) {
  return (
    <Typography.Text strong id={id}>
      {title}
    </Typography.Text>
  )
}

function Description({ description, id }: DescriptionFieldProps) {
  return description ? <span id={id}>{description}</span> : null
}

function FieldErrors({ errors = [] }: FieldErrorProps) {
  return (
    <>
      {[...new Set(errors.map(String))].map((error) => (
        <div key={error} role="alert">
          {error}
        </div>
      ))}
    </>
  )
}

export const templates = {
  ObjectFieldTemplate: ObjectField,
  ArrayFieldTemplate: Detail,
  ArrayFieldItemTemplate: DetailItem,
  TitleFieldTemplate: Title,
  DescriptionFieldTemplate: Description,
  FieldErrorTemplate: FieldErrors,
} satisfies Partial<TemplatesType>
