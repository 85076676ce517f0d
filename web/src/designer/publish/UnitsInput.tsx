/** Who gets a new version first: departments, roles, a leader's team, single people, regions. */
import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useOffered } from '../props/controls/Picks'

const SORTS = ['group', 'role', 'team', 'user'] as const
const UNIT = /^(group|role|region|user|team):\S/

type Props = { id?: string; value: string[]; change: (units: string[]) => void; disabled?: boolean }

function useUnits(): Record<(typeof SORTS)[number], { value: string; label: string }[]> {
  const users = useOffered('user')
  return { group: useOffered('group'), role: useOffered('role'), team: users, user: users }
}

/** The name of a unit such as `group:pilot`. */
export function useUnitWords(): (unit: string) => string {
  const { t } = useTranslation()
  const offered = useUnits()
  return (unit) => {
    const [sort = '', ...rest] = unit.split(':')
    const name = rest.join(':')
    const label = offered[sort as 'group']?.find((one) => one.value === name)?.label ?? name
    return sort === 'team' ? t('publish.teamOf', { name: label }) : sort === 'region' ? t('publish.regionOf', { name }) : label
  }
}

export function UnitsInput({ id, value, change, disabled }: Props) {
  const { t } = useTranslation()
  const offered = useUnits()
  const words = useUnitWords()
  const known = SORTS.map((sort) => ({
    label: t(`publish.sort.${sort}`),
    options: offered[sort].map((one) => ({ value: `${sort}:${one.value}`, label: words(`${sort}:${one.value}`) })),
  })).filter((group) => group.options.length > 0)
  const listed = new Set(known.flatMap((group) => group.options.map((one) => one.value)))
  const others = value.filter((unit) => !listed.has(unit)).map((unit) => ({ value: unit, label: words(unit) }))
  const options = others.length > 0 ? [...known, { label: t('publish.sort.region'), options: others }] : known
  return (
    <>
      <Select
        id={id}
        mode="tags"
        showSearch={{ optionFilterProp: 'label' }}
        aria-label={t('publish.to.units')}
        value={value}
        disabled={disabled}
        options={options}
        placeholder={t('publish.unitsPick')}
        style={{ width: '100%' }}
        onChange={(next: string[]) => change(next.map((unit) => (UNIT.test(unit) ? unit : `region:${unit.trim()}`)).filter((unit) => unit !== 'region:'))}
      />
      <p className="soft small publish-hint">{t('publish.unitsHint')}</p>
    </>
  )
}
