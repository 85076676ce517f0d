/** A still flow that begins in the middle of its sheet, where the first nodes stand. */
import { useEffect, useRef } from 'react'
import { useCatalogue } from '../catalogue'
import type { Mark } from '../flow/Card'
import { StillFlow } from '../flow/StillFlow'
import type { Model } from '../types'

export function FlowSheet({ model, marks, label, className = '' }: { model: Model; marks: Record<string, Mark>; label: string; className?: string }) {
  const catalogue = useCatalogue()
  const sheet = useRef<HTMLDivElement>(null)
  const drawn = catalogue.kinds.length > 0
  useEffect(() => {
    if (sheet.current) sheet.current.scrollLeft = (sheet.current.scrollWidth - sheet.current.clientWidth) / 2
  }, [drawn])
  return (
    <div className={`simple ${className}`} ref={sheet} tabIndex={0} role="region" aria-label={label}>
      <StillFlow model={model} catalogue={catalogue} marks={marks} />
    </div>
  )
}
