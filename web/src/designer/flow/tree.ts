/**
 * A process as a tree for the simple view: one line downwards, branches side by side, and small marks where an edge
 * leads to something that stands elsewhere. Every node stands in the tree once, every edge is shown once.
 */
import type { Catalogue, FlowEdge, FlowNode, Model } from '../types'
import { meetings } from './order'

export type Item =
  | { sort: 'node'; node: FlowNode; into: string[]; chips: FlowEdge[]; inside: Line | null; branches: Branch[] | null }
  | { sort: 'jump'; edge: FlowEdge }
  | { sort: 'end'; into: string[]; id: string }
/** `tail`: the edges that leave at the bottom towards what follows. */
export type Line = { items: Item[]; tail: string[] }
/** `edge` is null for the alternatives of a race. */
export type Branch = { edge: FlowEdge | null; line: Line }
/** `edge`: what leads to it from a node of the main line; null where nothing leads there. */
export type Section = { edge: FlowEdge | null; line: Line }
export type Tree = { main: Line; asides: Section[] }

const MAIN = ['approved', 'done']
const isEnd = (to: string) => to === 'end' || to.endsWith('/end')

type Sorted = { onward: FlowEdge[]; aside: FlowEdge[] }

class Drawing {
  private readonly nodes: Map<string, FlowNode>
  private readonly out = new Map<string, FlowEdge[]>()
  private readonly placed = new Set<string>()
  private readonly answered: Set<string>
  readonly asides: Section[] = []
  private waiting: FlowEdge[] = []

  constructor(
    private readonly model: Model,
    catalogue: Pick<Catalogue, 'kinds'>,
  ) {
    this.nodes = new Map(model.nodes.map((node) => [node.id, node]))
    this.answered = new Set(catalogue.kinds.filter((kind) => kind.outcomes?.includes('rejected')).map((kind) => kind.kind))
    for (const edge of model.edges) this.out.set(edge.from, [...(this.out.get(edge.from) ?? []), edge])
  }

  /** The line of a body, `null` for the whole process. */
  body(around: string | null): Line {
    const members = this.model.nodes.filter((node) => node.in === around)
    const start = around === null ? this.model.edges.find((edge) => edge.way === 'start') : undefined
    const first = around === null ? this.model.first : this.firstOf(around, members)
    const meet = meetings(this.ways(around))
    const end = around === null ? 'end' : `${around}/end`
    if (first === null || first === undefined || !this.nodes.has(first))
      return { items: [{ sort: 'end', into: start ? [start.id] : [], id: end }], tail: [] }
    const line = this.line(first, start ? [start.id] : [], [end], meet)
    return { items: [...line.items, { sort: 'end', into: line.tail, id: end }], tail: [] }
  }

  /** What is left when the main line is drawn. */
  rest(): void {
    for (let edge = this.waiting.shift(); edge !== undefined; edge = this.waiting.shift()) this.aside(edge, edge.to)
    for (const edge of this.out.get('') ?? []) if (edge.way !== 'start') this.aside(edge, edge.to)
    for (const node of this.model.nodes) if (!this.placed.has(node.id)) this.aside(null, node.id)
  }

  private aside(edge: FlowEdge | null, id: string): void {
    const node = this.nodes.get(id)
    if (node === undefined || this.placed.has(id)) return
    if (node.in !== null && !this.placed.has(node.in)) return
    const around = this.bodyOf(node)
    const end = around === null ? 'end' : `${around}/end`
    const line = this.line(id, edge ? [edge.id] : [], [end], meetings(this.ways(around)))
    if (line.tail.length > 0) line.items.push({ sort: 'end', into: line.tail, id: end })
    this.asides.push({ edge, line: { items: line.items, tail: [] } })
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) this.aside(next, next.to)
  }

  /** From a node down to one of `stops`. */
  private line(from: string, into: string[], stops: string[], meet: Map<string, string | null>): Line {
    const items: Item[] = []
    let at = from
    let edges = into
    for (;;) {
      const node = this.nodes.get(at)
      if (node === undefined || this.placed.has(at)) return { items, tail: [] }
      this.placed.add(at)
      const { onward, aside } = this.sorted(node)
      const inside = node.kind !== 'race' && this.model.nodes.some((one) => one.in === at) ? this.body(at) : null
      const item: Item = { sort: 'node', node, into: edges, chips: aside, inside, branches: null }
      items.push(item)
      this.waiting.push(...aside)
      const heads = node.kind === 'race' ? this.model.nodes.filter((one) => one.in === at) : []
      if (heads.length === 0 && onward.length === 0) return { items, tail: [] }
      if (heads.length === 0 && onward.length === 1 && !this.always(node)) {
        const edge = onward[0]!
        if (stops[0] === edge.to) return { items, tail: [edge.id] }
        if (this.elsewhere(edge.to, stops)) {
          items.push(this.leaving(edge))
          return { items, tail: [] }
        }
        at = edge.to
        edges = [edge.id]
        continue
      }
      const to = meet.get(at) ?? null
      const inner = to === null || stops.includes(to) ? stops : [to, ...stops]
      item.branches = heads.length
        ? heads.map((head) => ({ edge: null, line: this.line(head.id, [], inner, meet) }))
        : onward.map((edge) => this.branch(edge, inner, meet))
      const tail = item.branches.flatMap((branch) => branch.line.tail)
      if (inner === stops || to === null || tail.length === 0) return { items, tail }
      if (this.placed.has(to)) return { items, tail }
      at = to
      edges = tail
    }
  }

  private branch(edge: FlowEdge, stops: string[], meet: Map<string, string | null>): Branch {
    if (stops[0] === edge.to) return { edge, line: { items: [], tail: [edge.id] } }
    if (this.elsewhere(edge.to, stops)) return { edge, line: { items: [this.leaving(edge)], tail: [] } }
    return { edge, line: this.line(edge.to, [edge.id], stops, meet) }
  }

  private elsewhere(to: string, stops: string[]): boolean {
    return isEnd(to) || stops.includes(to) || this.placed.has(to) || !this.nodes.has(to)
  }

  private leaving(edge: FlowEdge): Item {
    return isEnd(edge.to) ? { sort: 'end', into: [edge.id], id: edge.to } : { sort: 'jump', edge }
  }

  private always(node: FlowNode): boolean {
    return (this.out.get(node.id) ?? []).some((edge) => edge.way === 'branch')
  }

  /** The edges that the line follows, and those that are marks at the card: refusals, errors, deadlines, messages. */
  private sorted(node: FlowNode): Sorted {
    const out = this.out.get(node.id) ?? []
    const onward = out.filter((edge) => edge.way === 'next' || edge.way === 'outcome' || edge.way === 'branch')
    const events = out.filter((edge) => !onward.includes(edge))
    if (!this.answered.has(node.kind)) return { onward, aside: events }
    const main = onward.find((edge) => edge.way !== 'outcome' || MAIN.includes(edge.outcome ?? '')) ?? onward[0]
    return { onward: main ? [main] : [], aside: [...onward.filter((edge) => edge !== main), ...events] }
  }

  private bodyOf(node: FlowNode): string | null {
    const around = node.in === null ? undefined : this.nodes.get(node.in)
    return around?.kind === 'race' ? this.bodyOf(around) : node.in
  }

  private firstOf(around: string, members: FlowNode[]): string | null {
    const body = this.nodes.get(around)?.config.body as { at?: string } | undefined
    return body?.at ? `${around}/${body.at}` : (members[0]?.id ?? null)
  }

  private ways(around: string | null): Map<string, string[]> {
    const found = new Map<string, string[]>([[around === null ? 'end' : `${around}/end`, []]])
    for (const node of this.model.nodes) {
      if (this.bodyOf(node) !== around) continue
      const heads = node.kind === 'race' ? this.model.nodes.filter((one) => one.in === node.id) : []
      found.set(node.id, [...new Set([...heads.map((head) => head.id), ...this.sorted(node).onward.map((edge) => edge.to)])])
    }
    return found
  }
}

export function treeOf(model: Model, catalogue: Pick<Catalogue, 'kinds'>): Tree {
  const drawing = new Drawing(model, catalogue)
  const main = drawing.body(null)
  drawing.rest()
  return { main, asides: drawing.asides }
}

/** Every node of a line, in the order in which it is read. */
export function nodesOf(line: Line): FlowNode[] {
  return line.items.flatMap((item) =>
    item.sort === 'node'
      ? [item.node, ...(item.inside ? nodesOf(item.inside) : []), ...(item.branches ?? []).flatMap((one) => nodesOf(one.line))]
      : [],
  )
}
