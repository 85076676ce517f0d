/** Whether the window is as narrow as a phone's. */
import { useSyncExternalStore } from 'react'
import { breakpoints } from '../theme/tokens'

const media = () => window.matchMedia(`(max-width: ${breakpoints.phone - 1}px)`)

function listen(changed: () => void): () => void {
  const found = media()
  found.addEventListener('change', changed)
  return () => found.removeEventListener('change', changed)
}

export function usePhone(): boolean {
  return useSyncExternalStore(listen, () => media().matches)
}
