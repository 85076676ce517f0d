/** A still flow, made as small as its place needs (but never too small to read), its first nodes in the middle. */
import { useLayoutEffect, useRef } from 'react'
import { useCatalogue } from '../catalogue'
import type { Mark } from '../flow/Card'
import { StillFlow } from '../flow/StillFlow'
import type { Model } from '../types'

/** Smaller than this nobody reads it. */
const SMALLEST = 0.6

type Props = { model: Model; marks?: Record<string, Mark>; notes?: Record<string, React.ReactNode>; lit?: ReadonlySet<string>; label: string; className?: string }

export function FlowSheet({ model, marks, notes, lit, label, className = '' }: Props) {
  const catalogue = useCatalogue()
  const sheet = useRef<HTMLDivElement>(null)
  const drawn = catalogue.kinds.length > 0
  useLayoutEffect(() => {
    const box = sheet.current
    const drawing = box?.firstElementChild as HTMLElement | null
    if (!box || !drawing) return
    const fit = () => {
      drawing.style.zoom = '1'
      drawing.style.zoom = String(Math.min(1, Math.max(SMALLEST, box.clientWidth / drawing.offsetWidth)))
      box.scrollLeft = (box.scrollWidth - box.clientWidth) / 2
    }
    fit()
    const watch = new ResizeObserver(fit)
    watch.observe(box)
    return () => watch.disconnect()
  }, [drawn, model])
  return (
    <div className={`simple still ${className}`} ref={sheet} tabIndex={0} role="region" aria-label={label}>
      <StillFlow model={model} catalogue={catalogue} marks={marks} notes={notes} lit={lit} />
    </div>
  )
}
