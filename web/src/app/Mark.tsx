/** The product's mark: the roof of a waystation. */
import { palette } from '../theme/tokens'

export function Mark({ size = 32 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill={palette.primaryDark} />
      <path
        d="M7 21.5 16 8l9 13.5M11.5 21.5h9M16 14.5v7"
        fill="none"
        stroke="#fff"
        strokeWidth="2.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
