/** Files by their ids: sending one, and a link under its name where that is known. */
import { useTranslation } from 'react-i18next'
import { answered, api, type Schema } from '../api/client'

export async function sendFile(file: File): Promise<Schema<'StoredFile'>> {
  const body = new FormData()
  body.append('file', file)
  return answered(api.POST('/api/v1/files', { body: body as never, bodySerializer: (form) => form as never }))
}

const names = new Map<string, string>()

/** What this tab has sent itself it can name at once. */
export function rememberName(id: string, name: string): void {
  names.set(id, name)
}

export function FileLink({ id, name }: { id: string; name?: string }) {
  const { t } = useTranslation()
  return (
    <a href={`/api/v1/files/${encodeURIComponent(id)}`} target="_blank" rel="noreferrer">
      {name ?? names.get(id) ?? t('forms.file')}
    </a>
  )
}
