/** A list of `role:x`, `user:x` and `group:x`. */
import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import type { ControlProps } from '../control'
import { useOffered } from './Picks'

type Props = { id?: string; value: string[] | undefined; change: (value: string[] | undefined) => void; disabled?: boolean; placeholder?: string; label?: string }

export function AccessInput({ id, value, change, disabled, placeholder, label }: Props) {
  const { t } = useTranslation()
  const sorts = [
    { sort: 'role', label: t('design.basics.role'), options: useOffered('role') },
    { sort: 'group', label: t('design.basics.group'), options: useOffered('group') },
    { sort: 'user', label: t('design.basics.user'), options: useOffered('user') },
  ]
  const options = sorts.map(({ sort, label: title, options: found }) => ({ label: title, options: found.map((one) => ({ value: `${sort}:${one.value}`, label: one.label })) }))
  return (
    <Select
      id={id}
      mode="multiple"
      showSearch={{ optionFilterProp: 'label' }}
      aria-label={label}
      disabled={disabled}
      value={value ?? []}
      placeholder={placeholder ?? t('design.basics.pickWho')}
      options={options}
      onChange={(next: string[]) => change(next.length ? next : undefined)}
    />
  )
}

export function AccessControl({ id, value, change, disabled }: ControlProps) {
  return <AccessInput id={id} value={Array.isArray(value) ? value : value ? [String(value)] : []} change={change} disabled={disabled} />
}
