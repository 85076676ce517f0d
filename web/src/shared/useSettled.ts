/** A value once it has stood still for some milliseconds; equal values are one. */
import { useEffect, useState } from 'react'

export function useSettled<Value>(value: Value, pause: number): Value {
  const [settled, settle] = useState(value)
  const same = JSON.stringify(value) === JSON.stringify(settled)
  useEffect(() => {
    if (same) return
    const wait = setTimeout(() => settle(value), pause)
    return () => clearTimeout(wait)
  }, [same, value, pause])
  return settled
}
