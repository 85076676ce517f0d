/** What the designer and its trials say; nobody else loads it. */
import { addSentences, type Messages } from '../i18n'

addSentences(Object.values(import.meta.glob<Messages>(['./**/messages.ts', '../simulator/messages.ts'], { eager: true })))
