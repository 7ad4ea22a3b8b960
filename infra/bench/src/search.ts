import type { Target } from './app-processes.ts'
import type { Comparison, Measured } from './benchmark.ts'
import { watchCpu } from './cpu.ts'
import { type Entry, scatter } from './entries.ts'
import { ask, type Call, inTurn, load } from './load.ts'
import { createQueries } from './queries.ts'

/** Few, because we measure how long each search takes. */
const CONNECTIONS = 8
const SECONDS = 4
const PAGE = 20

/** Compares what people type into the search box with pages from anywhere in the same entries. */
export function compareSearch(ours: Target, bare: Target, entries: Entry[]): Comparison {
  const searches = createQueries(entries).map((q) => toList({ q }))
  const starts = scatter(entries.slice(0, -PAGE)).slice(0, searches.length)
  const pages = starts.map(({ id }) => toList({ after: id }))
  return {
    work: `GET /api/courses?q=, ${entries.length.toLocaleString('en')} entries, ${CONNECTIONS} connections`,
    floorWork: 'bare Fastify route, a page of as many by the primary key',
    figures: { p95: { unit: 'ms', aim: { atMost: 10 } }, throughput: { unit: 'req/s', aim: null } },
    ours: () => list(ours, searches),
    floor: () => list(bare, pages),
  }
}

const toList = (query: Record<string, string>) =>
  `/api/courses?${new URLSearchParams({ ...query, limit: String(PAGE) }).toString()}`

async function list({ url, processes }: Target, paths: string[]): Promise<Measured> {
  // A search that finds nothing is fast and would spoil the figure.
  for (const path of paths) {
    const { items } = (await (await ask(url, path)).json()) as { items: unknown[] }
    if (items.length === 0) throw new Error(`${path} finds nothing`)
  }
  const nextCall = inTurn(paths, (path): Call => ({ method: 'GET', path }))
  const endCpu = watchCpu(processes)
  const { answers, p95, perSecond } = await load(url, nextCall, {
    status: 200,
    connections: CONNECTIONS,
    seconds: SECONDS,
  })
  return { p95, throughput: perSecond, ...endCpu(answers) }
}
