/**
 * Chinese and English. Every area keeps its sentences in a `messages.ts` of its own, `{ zh, en }` with the same keys;
 * all are merged here, those of the designer once it is opened. The browser's choice is kept, Chinese is the default.
 */
import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'

export type Language = 'zh' | 'en'
export type Tree = { [key: string]: string | Tree }
/** The same keys with other sentences: what `en` must be, once `zh` is written. */
export type Same<T> = { [K in keyof T]: T[K] extends string ? string : Same<T[K]> }
export type Messages = { zh: Tree; en: Tree }

const found: Messages[] = Object.values(
  import.meta.glob<Messages>(['../**/messages.ts', '!../designer/**', '!../simulator/**'], { eager: true }),
)

/** All sentences of a language that are loaded: the first level of keys is the area. */
export function sentences(language: Language): Tree {
  return Object.assign({}, ...found.map((module) => module[language])) as Tree
}

/** The sentences of an area that is seldom opened, once it is. */
export function addSentences(more: readonly Messages[]): void {
  found.push(...more)
  for (const language of ['zh', 'en'] as const) i18next.addResourceBundle(language, 'translation', sentences(language))
}

const KEPT = 'waystation.language'

export function keptLanguage(): Language {
  return localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh'
}

export function chooseLanguage(language: Language): void {
  localStorage.setItem(KEPT, language)
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  void i18next.changeLanguage(language)
}

/** English tells one from many: `{{count}} [case|cases]`. */
const numbers = {
  type: 'postProcessor' as const,
  name: 'numbers',
  process: (said: string, _key: unknown, given: { count?: number }) =>
    said.replace(/\[([^|\]]+)\|([^|\]]+)\]/g, (_, one: string, many: string) => (given.count === 1 ? one : many)),
}

void i18next.use(initReactI18next).use(numbers).init({
  resources: { zh: { translation: sentences('zh') }, en: { translation: sentences('en') } },
  lng: keptLanguage(),
  fallbackLng: 'zh',
  interpolation: { escapeValue: false },
  postProcess: ['numbers'],
})
document.documentElement.lang = keptLanguage() === 'zh' ? 'zh-CN' : 'en'

/** A text of a definition: plain, or by language. */
export type Text = string | { zh?: string; en?: string } | null | undefined

/** The sentence of a definition's text in a language; the other language rather than nothing. */
export function textIn(text: unknown, language: Language): string {
  if (text === null || text === undefined) return ''
  if (typeof text !== 'object') return String(text)
  const { zh, en } = text as { zh?: string; en?: string }
  return (language === 'zh' ? (zh ?? en) : (en ?? zh)) ?? ''
}

/** What a program says, as a sentence: the server's English begins small, as compilers write. */
export function sentenceIn(text: unknown, language: Language): string {
  const found = textIn(text, language)
  return language === 'en' ? found.replace(/^[a-z]+(?=[ ,])/, (word) => word[0]!.toUpperCase() + word.slice(1)) : found
}

/** The language of the page, and the reader of texts that come from the server. */
/** Names one after another, as the language writes them. */
export const listIn = (names: readonly string[], language: Language): string => names.join(language === 'zh' ? '、' : ', ')

export type InLanguage = {
  language: Language
  text: (value: unknown) => string
  sentence: (value: unknown) => string
  list: (names: readonly string[]) => string
}

export function useLanguage(): InLanguage {
  const { i18n } = useTranslation()
  const language: Language = i18n.language === 'en' ? 'en' : 'zh'
  return {
    language,
    text: (value) => textIn(value, language),
    sentence: (value) => sentenceIn(value, language),
    list: (names) => listIn(names, language),
  }
}

export default i18next
