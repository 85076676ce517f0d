/** Figures side by side, each with what it counts; those of nothing stay quiet. */
export type Fate = { key: string; count: number; label: string; tone?: 'good' | 'warn' | 'bad' }

export function Fates({ fates, chosen, choose }: { fates: readonly Fate[]; chosen?: string; choose?: (key: string) => void }) {
  return (
    <ul className="fates">
      {fates.map((one) => {
        const inside = (
          <>
            <strong>{one.count}</strong>
            <span>{one.label}</span>
          </>
        )
        const tone = one.count > 0 ? (one.tone ?? 'plain') : 'none'
        return (
          <li key={one.key} data-tone={tone} data-testid={`fate-${one.key}`}>
            {choose ? (
              <button type="button" aria-pressed={chosen === one.key} onClick={() => choose(one.key)}>
                {inside}
              </button>
            ) : (
              <div>{inside}</div>
            )}
          </li>
        )
      })}
    </ul>
  )
}
