/** Where a text is no JSON object. Pure. */

export type Fault = { line: number; column: number } | { line: 0; column: 0 }

/** The place of the first fault, counted from 1; line 0 where it is sound JSON but no object; null where it is right. */
export function faultIn(text: string): Fault | null {
  try {
    const found: unknown = JSON.parse(text)
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? null : { line: 0, column: 0 }
  } catch {
    return spot(text, longest(text))
  }
}

function spot(text: string, offset: number): Fault {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: before[before.length - 1]!.length + 1 }
}

const BLANK = /[\s]*/y
const SCALAR = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

/** Browsers word their errors differently and some tell no place: so it is found by reading, up to what cannot go on. */
function longest(text: string): number {
  let at = 0
  const skip = (pattern: RegExp) => {
    pattern.lastIndex = at
    const hit = pattern.exec(text)
    if (hit) at += hit[0].length
    return hit !== null && hit[0] !== ''
  }
  const sign = (wanted: string) => (skip(BLANK), text[at] === wanted && (at += 1, true))
  const value = (): boolean => {
    skip(BLANK)
    if (sign('{')) return sign('}') || members(() => (skip(BLANK), text[at] === '"' && skip(SCALAR) && sign(':') && value()), '}')
    if (sign('[')) return sign(']') || members(value, ']')
    return skip(SCALAR)
  }
  const members = (one: () => boolean, close: string): boolean => {
    do if (!one()) return false
    while (sign(','))
    return sign(close)
  }
  value()
  skip(BLANK)
  return at
}
