/** Where a case begins: the form that is filled in, who may, and the first node. */
import { CloseOutlined } from '@ant-design/icons'
import { Button, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { edit, select, useDesign } from '../store/design'
import { AccessInput } from './controls/AccessControl'
import { useOffered } from './controls/Picks'
import { useTargets } from './Ways'

export function StartForm() {
  const { t } = useTranslation()
  const model = useDesign((state) => state.model)!
  const design = useDesign((state) => state.design)!
  const forms = useOffered('form')
  const targets = useTargets(undefined)
  const may = design.may.edit
  const set = (path: string[], value: unknown) => edit([value === undefined ? { op: 'remove', path } : { op: 'set', path, value }], t('design.did.basics'), path.join('.'))
  return (
    <>
      <header className="drawer-head plain">
        <div>
          <strong>{t('flow.initiator')}</strong>
          <p className="soft small">{t('flow.initiatorSays')}</p>
        </div>
        <Button type="text" icon={<CloseOutlined />} aria-label={t('design.close')} onClick={() => select([])} />
      </header>
      <div className="drawer-body">
        <div className="prop">
          <label className="prop-name" htmlFor="start-form">{t('props.start.form')}</label>
          <Select id="start-form" allowClear value={model.start?.form} options={forms} disabled={!may} placeholder={t('props.chooseForm')} onChange={(form) => set(['start', 'form'], form)} />
          <Link to={`/designer/${design.id}/form`}>{t('props.openForm')}</Link>
        </div>
        <div className="prop">
          <label className="prop-name" htmlFor="start-who">{t('design.basics.who')}</label>
          <AccessInput id="start-who" value={model.access?.start} disabled={!may} placeholder={t('design.basics.everybody')} change={(who) => set(['access', 'start'], who)} />
        </div>
        <div className="prop">
          <label className="prop-name" htmlFor="start-at">{t('props.start.first')}</label>
          <Select id="start-at" showSearch={{ optionFilterProp: 'label' }} value={model.first ?? undefined} options={targets} disabled={!may} onChange={(to) => edit([{ op: 'connect', from: '', to, way: 'start' }], t('design.did.connect'))} />
        </div>
      </div>
    </>
  )
} // prettier-ignore
