/** Where an expression stands, so that it is tried with the names that the engine gives there. */
import { createContext, useContext } from 'react'

export type How = 'value' | 'condition' | 'expression'
export type Place = {
  /** Address of a node; empty for the process itself. */
  node: string
  /** Dotted place in the node's config. */
  field: string
  /** The form whose rule or formula it is. */
  form: string
}

const somewhere: Place = { node: '', field: '', form: '' }
const Context = createContext<Place>(somewhere)

export const PlaceOf = Context.Provider
/** The place around; inside the form `form` another. */
export function usePlace(form?: string): Place {
  const around = useContext(Context)
  return form === undefined ? around : { ...somewhere, form }
}

/** What samples differ by: a node's `save` and `undo` see more than its other properties. */
export const sampled = (place: Place): Place => ({ ...place, field: /^(save|undo)\b/.test(place.field) ? place.field.split('.')[0]! : '' })

/** Whether there is something to try: a text with `${ }`, or any text where conditions and formulas stand. */
export function isTried(text: unknown, how: How): text is string {
  return typeof text === 'string' && text.trim() !== '' && (how !== 'value' || text.includes('${'))
}
