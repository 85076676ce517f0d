/** Paths of edges through the points that a layout found. Pure. */
export type Point = { x: number; y: number }

const RADIUS = 8

/** An SVG path through points, with round corners. */
export function rounded(points: readonly Point[]): string {
  const [first, ...rest] = points
  if (first === undefined) return ''
  const parts = [`M ${first.x},${first.y}`]
  rest.forEach((point, index) => {
    const before = points[index]!
    const after = rest[index + 1]
    if (after === undefined) return parts.push(`L ${point.x},${point.y}`)
    const cut = (to: Point) => {
      const length = Math.hypot(to.x - point.x, to.y - point.y) || 1
      const by = Math.min(RADIUS, length / 2) / length
      return `${point.x + (to.x - point.x) * by},${point.y + (to.y - point.y) * by}`
    }
    return parts.push(`L ${cut(before)} Q ${point.x},${point.y} ${cut(after)}`)
  })
  return parts.join(' ')
}

/** Where words stand on a path: in the middle of its longest stretch, where no corner is. */
export function middle(points: readonly Point[]): Point {
  let best = points[0] ?? { x: 0, y: 0 }
  let most = -1
  points.slice(1).forEach((to, index) => {
    const from = points[index]!
    const length = Math.abs(to.x - from.x) + Math.abs(to.y - from.y)
    if (length <= most) return
    most = length
    best = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }
  })
  return best
}
