/** The form at a node and the rights of its fields there: edit, read only, hidden; in one go for all, or as elsewhere. */
import { Button, Radio, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useLanguage } from '../../../i18n'
import { formsOf, useCatalogue, useLibrary } from '../../catalogue'
import { useDesign } from '../../store/design'
import type { Config } from '../../types'
import { nodeWords } from '../../words'
import type { ControlProps } from '../control'
import { useOffered } from './Picks'

const rights = ['edit', 'read', 'hide'] as const

export function FormUseControl({ id, value, change, node, disabled }: ControlProps) {
  const { t } = useTranslation()
  const { text, language } = useLanguage()
  const go = useNavigate()
  const options = useOffered('form')
  const library = useLibrary()
  const catalogue = useCatalogue()
  const model = useDesign((state) => state.model)
  const design = useDesign((state) => state.design?.id)
  const short = typeof value === 'string'
  const use = short ? value : ((value as Config | undefined)?.use as string | undefined)
  const given = (short ? {} : ((value as Config | undefined)?.fields ?? {})) as Record<string, string>
  const fields = Object.entries(formsOf(model, library)[use ?? '']?.fields ?? {})
  const write = (next: Record<string, string>) => {
    const kept = Object.fromEntries(Object.entries(next).filter(([, right]) => right !== 'edit'))
    const rest = short ? {} : (value as Config)
    if (Object.keys(kept).length === 0) change(short || Object.keys(rest).length <= 2 ? use : { ...rest, fields: {} })
    else change({ ...rest, use, fields: kept })
  }
  const others = (model?.nodes ?? []).filter((one) => one.id !== node && typeof one.config.form === 'object' && one.config.form?.use === use)
  const all = (right: string) => write(Object.fromEntries(fields.map(([key]) => [key, right])))
  return (
    <div className="form-use">
      <div className="prop-line">
        <Select id={id} allowClear showSearch={{ optionFilterProp: 'label' }} disabled={disabled} value={use} placeholder={t('props.chooseForm')} options={options} onChange={(next) => change(next)} />
        {use && model?.forms?.[use] && (
          <Button type="link" onClick={() => void go(`/designer/${design}/form?form=${use}`)}>
            {t('props.openForm')}
          </Button>
        )}
      </div>
      {fields.length > 0 && (
        <table className="rights" data-testid="rights">
          <thead>
            <tr>
              <th scope="col">{t('props.rights.field')}</th>
              {rights.map((right) => (
                <th scope="col" key={right}>
                  <button type="button" disabled={disabled} onClick={() => all(right)} title={t('props.rights.all')} data-testid={`rights-all-${right}`}>
                    {t(`props.rights.${right}`)}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {fields.map(([key, schema]) => (
              <tr key={key}>
                <th scope="row">
                  {text(schema?.title) || key}
                  {schema?.required && <span className="prop-star" title={t('props.required')}>*</span>}
                </th>
                {rights.map((right) => (
                  <td key={right}>
                    <Radio aria-label={`${text(schema?.title) || key} ${t(`props.rights.${right}`)}`} checked={(given[key] ?? 'edit') === right} disabled={disabled} onChange={() => write({ ...given, [key]: right })} data-testid={`right-${key}-${right}`} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {fields.length > 0 && others.length > 0 && (
        <Select size="small" value={null} disabled={disabled} aria-label={t('props.rights.sameAs')} placeholder={t('props.rights.sameAs')} options={others.map((one) => ({ value: one.id, label: nodeWords(one, catalogue, language) }))} onChange={(from: string | null) => from && write((others.find((one) => one.id === from)?.config.form as Config).fields ?? {})} />
      )}
    </div>
  )
}
