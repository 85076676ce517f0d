/** People by their ids: each is asked for once and kept for the session. */
import { useQueries, useQuery } from '@tanstack/react-query'
import { Avatar } from 'antd'
import { answered, api } from '../api/client'
import { palette } from '../theme/tokens'
import { useLanguage } from '../i18n'

const person = (id: string) => ({
  queryKey: ['person', id],
  queryFn: () => answered(api.GET('/api/v1/people/{person}', { params: { path: { person: id } } })),
  staleTime: 10 * 60_000,
  enabled: id !== '',
  retry: false,
})

/** The name of somebody; his id while that is not known, or where he is no more. */
export function usePersonName(id: string): string {
  return useQuery(person(id)).data?.name || id
}

/** Names of several, in the same order. */
export function usePeopleNames(ids: readonly string[]): string[] {
  const asked = useQueries({ queries: ids.map(person) })
  return ids.map((id, index) => asked[index]?.data?.name || id)
}

const inks = [palette.primary, palette.running, palette.waiting, palette.done, '#6d4ba0', '#8a3f6b']

/** Smaller than this there is room to read one character only. */
const SMALL = 32

/** A round mark with the last characters of a Chinese name, or the initials of another: two, or one where it is small. */
export function Face({ id, name, size = 28 }: { id: string; name: string; size?: number }) {
  const chinese = /[\u4e00-\u9fff]/.test(name)
  const most = size < SMALL ? 1 : 2
  const short = chinese ? name.slice(-most) : name.split(/\s+/).map((part) => part[0]).join('').slice(0, most).toUpperCase()
  const hue = [...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % inks.length
  return (
    <Avatar size={size} style={{ background: inks[hue], fontSize: size * (most === 1 ? 0.5 : 0.4), flex: 'none' }} aria-hidden="true">
      {short}
    </Avatar>
  )
}

export function PersonName({ id }: { id: string }) {
  return <>{usePersonName(id)}</>
}

/** A face and its name. */
export function PersonTag({ id, size = 24 }: { id: string; size?: number }) {
  const name = usePersonName(id)
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 6 }}>
      <Face id={id} name={name} size={size} />
      {name}
    </span>
  )
}

/** Several names in one line, the rest as a number. */
export function PeopleNames({ ids, most = 3 }: { ids: readonly string[]; most?: number }) {
  const { list } = useLanguage()
  const names = usePeopleNames(ids.slice(0, most))
  const rest = ids.length - names.length
  return <>{list(names) + (rest > 0 ? ` +${rest}` : '')}</>
}
