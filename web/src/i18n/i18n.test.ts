// Both languages are complete, every key that the source asks for exists, and none is left over.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import i18next, { listIn, sentenceIn, sentences, textIn, type Tree } from '.'

function keys(tree: Tree, before = ''): string[] {
  return Object.entries(tree).flatMap(([name, value]) =>
    typeof value === 'string' ? [before + name] : keys(value, `${before}${name}.`),
  )
}

const at = (tree: Tree, key: string) =>
  key.split('.').reduce<Tree | string | undefined>((x, name) => (typeof x === 'object' ? x[name] : undefined), tree)

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sources(path)
    return /\.tsx?$/.test(entry.name) && !/(\.test|messages|schema\.d)\.tsx?$/.test(entry.name) ? [path] : []
  })
}

const zh = keys(sentences('zh'))
const text = sources('src').map((path) => readFileSync(path, 'utf8')).join('\n')
const areas = Object.keys(sentences('zh')).join('|')

test('zh and en have the same keys, and no sentence is empty', () => {
  expect(zh.length).toBeGreaterThan(50)
  expect(keys(sentences('en')).sort()).toEqual([...zh].sort())
  for (const language of ['zh', 'en'] as const)
    expect(zh.filter((key) => !String(at(sentences(language), key)).trim())).toEqual([])
})

test('both languages fill in the same values', () => {
  const slots = (language: 'zh' | 'en', key: string) => String(at(sentences(language), key)).match(/{{\w+}}/g)?.sort()
  expect(zh.filter((key) => String(slots('zh', key)) !== String(slots('en', key)))).toEqual([])
})

test('every key in the source has a sentence', () => {
  const named = [...text.matchAll(new RegExp(`['"\`]((?:${areas})(?:\\.[\\w]+)+)['"\`]`, 'g'))].map((hit) => hit[1]!)
  expect(named.length).toBeGreaterThan(30)
  expect([...new Set(named)].filter((key) => !zh.includes(key) && typeof at(sentences('zh'), key) !== 'object')).toEqual([])
})

test('every sentence is used, whole or as one of a family', () => {
  const families = [...text.matchAll(new RegExp(`\`((?:${areas})(?:\\.[\\w]+)*)\\.\\$\\{`, 'g'))].map((hit) => hit[1]!)
  const used = (key: string) =>
    text.includes(`'${key}'`) || text.includes(`"${key}"`) || families.some((family) => key.startsWith(`${family}.`))
  expect(zh.filter((key) => !used(key))).toEqual([])
})

test('English tells one from many', () => {
  const say = (count: number) => i18next.getFixedT('en')('design.stepErrors', { defaultValue: '{{count}} [error bars|errors bar] it', count })
  expect([say(1), say(2)]).toEqual(['1 error bars it', '2 errors bar it'])
})

test('a sentence of the server begins with a capital, unless a name begins it', () => {
  expect(sentenceIn({ zh: '没有角色', en: 'there is no role' }, 'en')).toBe('There is no role')
  expect(sentenceIn({ zh: '字段有误', en: 'data.days is no number' }, 'en')).toBe('data.days is no number')
  expect(sentenceIn({ zh: '没有角色', en: 'there is no role' }, 'zh')).toBe('没有角色')
})

test('a text of a definition falls back to the other language', () => {
  expect(textIn({ zh: '请假', en: 'Leave' }, 'en')).toBe('Leave')
  expect(textIn({ zh: '请假' }, 'en')).toBe('请假')
  expect(textIn('Leave', 'zh')).toBe('Leave')
  expect(textIn(null, 'zh')).toBe('')
})

test('names stand one after another as the language writes them', () => {
  expect([listIn(['a', 'b'], 'zh'), listIn(['a', 'b'], 'en')]).toEqual(['a、b', 'a, b'])
  expect(sources('src').filter((path) => !path.endsWith('i18n/index.ts') && /join\(['"`]、/.test(readFileSync(path, 'utf8')))).toEqual([])
})
