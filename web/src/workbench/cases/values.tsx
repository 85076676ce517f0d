/** Values of a case as people read them: money in yuan, dates, lists, tables of lines, people and files by name. */
import { useTranslation } from 'react-i18next'
import { optionTitle } from '../../forms/options'
import { RecordLink } from '../../forms/widgets/record'
import { Signature } from '../../forms/widgets/signature'
import { useLanguage } from '../../i18n'
import { FileLink } from '../../shared/files'
import { PeopleNames } from '../../shared/people'
import { whenText } from '../../shared/when'
import type { Field } from '../plan'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isTable = (value: unknown): value is Record<string, unknown>[] =>
  Array.isArray(value) && value.length > 0 && value.every(isRecord)

export function moneyText(value: number): string {
  return `¥${(value / 100).toLocaleString('zh-CN', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
}

function Table({ rows, field }: { rows: Record<string, unknown>[]; field: Field | undefined }) {
  const { text } = useLanguage()
  const known = field?.items?.properties ?? {}
  const columns = [...new Set([...Object.keys(known), ...rows.flatMap((row) => Object.keys(row))])]
  return (
    <div style={{ overflowX: 'auto' }}>
      <table>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {text(known[name]?.title) || name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {columns.map((name) => (
                <td key={name}>
                  <ValueView value={row[name]} field={known[name]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** One part of a group of fields, by its title and in its words. */
function partText(name: string, value: unknown, field: Field | undefined, text: (value: unknown) => string): string {
  const said = isRecord(value) || Array.isArray(value) ? '…' : field?.format === 'money' && typeof value === 'number' ? moneyText(value) : optionTitle(field, value, text)
  return `${text(field?.title) || name}: ${said}`
}

export function ValueView({ value, field }: { value: unknown; field?: Field }) {
  const { t } = useTranslation()
  const { language, text, list } = useLanguage()
  if (value === null || value === undefined || value === '') return <span className="soft">—</span>
  if (typeof value === 'boolean') return <>{t(value ? 'forms.yes' : 'forms.no')}</>
  if (typeof value === 'number') return <>{field?.format === 'money' ? moneyText(value) : value.toLocaleString()}</>
  if (isTable(value)) return <Table rows={value} field={field} />
  if (Array.isArray(value)) {
    if (value.length === 0) return <span className="soft">—</span>
    if (field?.widget === 'members') return <PeopleNames ids={value.map(String)} most={10} />
    if (field?.widget === 'image' || field?.widget === 'file')
      return (
        <>
          {value.map((file, index) => (
            <span key={String(file)}>
              {index > 0 && ' · '}
              <FileLink id={String(file)} />
            </span>
          ))}
        </>
      )
    return <>{list(value.map((each) => (isRecord(each) ? JSON.stringify(each) : optionTitle(field, each, text))))}</>
  }
  if (isRecord(value)) {
    if (typeof value.lat === 'number' && typeof value.lng === 'number')
      return (
        <>
          {value.lat.toFixed(5)}, {value.lng.toFixed(5)} <span className="soft">{value.datum ? optionTitle(field?.properties?.datum, value.datum, text) : ''}</span>
        </>
      )
    if ('zh' in value || 'en' in value) return <>{text(value)}</>
    return <>{Object.entries(value).map(([name, each]) => partText(name, each, field?.properties?.[name], text)).join(' · ')}</>
  }
  if (field?.format === 'date-time' || /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(String(value)))
    return <>{whenText(String(value), language)}</>
  if (field?.widget === 'member') return <PeopleNames ids={[String(value)]} />
  if (field?.widget === 'signature') return <Signature file={String(value)} />
  if (field?.widget === 'record') return <RecordLink id={String(value)} />
  return <>{optionTitle(field, value, text)}</>
}
