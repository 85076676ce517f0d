// Checks what the routes of the workbench load, packed, against their budgets, and that no code is made from text.
// `node budget.mjs [dist]`; prints a line a route and exits with 1 when one is over.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const dist = process.argv[2] ?? 'dist'
const KB = 1024
/** Route -> its area's chunk and its most KB. ELK's worker comes on demand and counts for no route. */
const ROUTES = { inbox: ['TaskArea', 550], fill: ['StartPage', 650], task: ['TaskPage', 700], cases: ['CaseArea', 550] }
const LONGEST_WORKER = 480

const assets = join(dist, 'assets')
const files = readdirSync(assets)
const read = (file) => readFileSync(join(assets, file), 'utf8')
const packed = (file) => gzipSync(readFileSync(join(assets, file))).length

/** A chunk with everything that it loads at once; what it may load later is named by `import(…)` alone. */
function closure(starts) {
  const found = new Set()
  const todo = [...starts]
  while (todo.length > 0) {
    const file = todo.pop()
    if (found.has(file) || !files.includes(file)) continue
    found.add(file)
    if (!file.endsWith('.js')) continue
    for (const [, name] of read(file).matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g)) todo.push(name)
  }
  return found
}

const index = readFileSync(join(dist, 'index.html'), 'utf8')
const first = [...index.matchAll(/assets\/([^"']+)/g)].map((hit) => hit[1])
let over = false
for (const [route, [chunk, most]] of Object.entries(ROUTES)) {
  const own = files.filter((file) => file.startsWith(`${chunk}-`))
  if (own.length === 0) throw new Error(`there is no chunk ${chunk}`)
  const size = [...closure([...first, ...own])].reduce((sum, file) => sum + packed(file), 0) / KB
  console.log(`${route.padEnd(8)} ${size.toFixed(0).padStart(5)} KB of ${most}`)
  over ||= size > most
}
for (const file of files.filter((name) => name.endsWith('.js') && !name.startsWith('elk'))) {
  if (!/new Function\(|[^.\w]eval\(/.test(read(file))) continue
  console.log(`${file} makes code from text`)
  over = true
}
for (const file of files.filter((name) => name.startsWith('elk-worker'))) over ||= packed(file) / KB > LONGEST_WORKER
process.exit(over ? 1 : 0)
