/** Where branches of a graph come together again: the nearest node that every way from a node passes (post-dominator). */

export type Ways = ReadonlyMap<string, readonly string[]>
const EXIT = ''

/** Node -> the nearest node that all its ways pass, or null where they end apart or never end. */
export function meetings(ways: Ways): Map<string, string | null> {
  const before = new Map<string, string[]>()
  const link = (from: string, to: string) => before.set(to, [...(before.get(to) ?? []), from])
  for (const [from, targets] of ways) {
    if (targets.length === 0) link(from, EXIT)
    for (const to of targets) link(from, ways.has(to) ? to : EXIT)
  }
  const order = after(before)
  const rank = new Map(order.map((node, index) => [node, index]))
  const nearest = new Map<string, string>([[EXIT, EXIT]])
  const meet = (one: string, other: string): string => {
    while (one !== other) {
      while ((rank.get(one) ?? 0) < (rank.get(other) ?? 0)) one = nearest.get(one)!
      while ((rank.get(other) ?? 0) < (rank.get(one) ?? 0)) other = nearest.get(other)!
    }
    return one
  }
  for (let changed = true; changed; ) {
    changed = false
    for (const node of [...order].reverse()) {
      if (node === EXIT) continue
      const targets = ways.get(node) ?? []
      const known = (targets.length ? targets : [EXIT])
        .map((to) => (ways.has(to) ? to : EXIT))
        .filter((to) => nearest.has(to))
      if (known.length === 0) continue
      const found = known.reduce(meet)
      if (nearest.get(node) !== found) {
        nearest.set(node, found)
        changed = true
      }
    }
  }
  return new Map([...ways.keys()].map((node) => [node, nearest.get(node) || null]))
}

/** Nodes from which the exit can be reached, in post-order of the reversed graph: the exit is last. */
function after(before: ReadonlyMap<string, readonly string[]>): string[] {
  const order: string[] = []
  const seen = new Set([EXIT])
  const stack: [string, number][] = [[EXIT, 0]]
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!
    const next = before.get(top[0])?.[top[1]]
    if (next === undefined) {
      order.push(top[0])
      stack.pop()
    } else {
      top[1] += 1
      if (!seen.has(next)) {
        seen.add(next)
        stack.push([next, 0])
      }
    }
  }
  return order
}
