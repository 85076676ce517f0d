/** What the simulator has played, by design: known until the page is left. */
import { create } from 'zustand'
import type { Config } from '../../types'

export const usePlayed = create<Record<string, Config | undefined>>(() => ({}))

/** This was played on a design: it is a sample for its expressions from now on. */
export const remember = (design: string, simulation: Config): void => usePlayed.setState({ [design]: simulation })
