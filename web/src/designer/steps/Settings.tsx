/** Settings of the whole process, drawn from the catalogue's schema; the data that a case keeps; its decision tables. */
import { useTranslation } from 'react-i18next'
import { useCatalogue } from '../catalogue'
import { SchemaForm } from '../props/SchemaForm'
import { edit, useDesign } from '../store/design'
import { Tables } from '../tables/Tables'
import { DataList } from './DataList'
import './steps.css'

/** What stands on the other steps. */
const ELSEWHERE = ['title', 'description', 'family', 'access', 'title_of_case', 'start', 'required', 'regions']

export function Settings() {
  const { t } = useTranslation()
  const catalogue = useCatalogue()
  const model = useDesign((state) => state.model)
  const all = useDesign((state) => state.problems)
  const may = useDesign((state) => state.design?.may.edit === true)
  if (model === null) return null
  const { schema, ui } = catalogue.process
  const names = Object.keys((schema.properties as object | undefined) ?? {}).filter((name) => !ELSEWHERE.includes(name))
  const problems = all.filter((one) => one.node === null).map((one) => ({ ...one, field: one.path.join('.') }))
  return (
    <div className="step-page">
      <h2>{t('design.settings.title')}</h2>
      <p className="soft">{t('design.settings.about')}</p>
      <section className="panel panel-body settings-part">
        <h3>{t('design.settings.overview')}</h3>
        <SchemaForm
          schema={schema}
          ui={ui}
          value={model.head}
          only={names}
          node={null}
          problems={problems}
          disabled={!may}
          change={(key, value) =>
            edit([value === undefined ? { op: 'remove', path: [key] } : { op: 'set', path: [key], value }], t('design.did.settings'), key)
          }
        />
      </section>
      <Tables may={may} />
      <section className="panel panel-body settings-part">
        <h3>{t('design.settings.data')}</h3>
        <p className="soft">{t('design.settings.dataAbout')}</p>
        <DataList />
      </section>
    </div>
  )
}
