import { type Action, defineAction, type Terminal, toPrintable } from '@coursewire/service-kit'
import type { Span } from '@coursewire/traces'
import { z } from 'zod'

const json = z.boolean().default(false).describe('Print JSON')
const id = z.string().min(1).describe('A correlation id, as in logs and events, or the id of a trace')

/** The command that shows what came of a request, across all apps. `url` is where the spans are. */
export function createTrace({ print, url }: Terminal & { url: string }): Action {
  return defineAction({
    name: 'npm run trace --',
    description: 'Shows what came of a request, as the spans of all apps: when each began and how long it took',
    input: z.object({ id, json }),
    positionals: ['id'],
    async run(input) {
      const spans = await fetchSpans(url, input.id)
      print(input.json ? JSON.stringify(spans, null, 2) : renderTraces(spans))
    },
  })
}

async function fetchSpans(url: string, of: string): Promise<Span[]> {
  const answer = await fetch(`${url}/spans?${new URLSearchParams({ of })}`).catch(() => {
    const help = 'run npm start or docker compose up first, or name the place of the spans in TRACES_URL'
    throw new Error(`Nothing keeps spans at ${url}: ${help}`)
  })
  if (!answer.ok) throw new Error(`${url} refuses to list spans: ${answer.status}`)
  const spans = (await answer.json()) as Span[]
  if (spans.length > 0) return spans
  throw new Error(`No span of ${of} is here. Apps export a second after the work, and the oldest traces are forgotten`)
}

/** Renders each trace as a tree, the oldest first. */
function renderTraces(spans: Span[]): string {
  const traces = groupBy(
    spans.toSorted((one, other) => one.startedAt - other.startedAt),
    ({ traceId }) => traceId,
  )
  return [...traces].map(([traceId, ofTrace]) => renderTrace(traceId, ofTrace)).join('\n\n')
}

function renderTrace(traceId: string, spans: Span[]): string {
  const ids = new Set(spans.map(({ spanId }) => spanId))
  // The parent of a first span is none, or one of whoever called us.
  const children = groupBy(spans, ({ parentSpanId }) => (parentSpanId && ids.has(parentSpanId) ? parentSpanId : null))
  const startedAt = Math.min(...spans.map((span) => span.startedAt))
  const endedAt = Math.max(...spans.map((span) => span.endedAt))
  const width = Math.max(...spans.map(({ service }) => service.length))

  function renderBelow(parent: string | null, indent: string): string[] {
    const siblings = children.get(parent) ?? []
    return siblings.flatMap((span, index) => {
      const isLast = index === siblings.length - 1
      const [branch, below] = parent === null ? ['', ''] : isLast ? ['└ ', '  '] : ['├ ', '│ ']
      const times = [span.startedAt - startedAt, span.endedAt - span.startedAt].map((ms) => toText(ms).padStart(9))
      const line = [...times, span.service.padEnd(width), `${indent}${branch}${describe(span)}`].join('  ')
      return [toPrintable(line), ...renderBelow(span.spanId, indent + below)]
    })
  }
  const title = `Trace ${traceId}: ${spans.length} spans, ${toText(endedAt - startedAt)}`
  return [title, '', `${'at'.padStart(9)}  ${'took'.padStart(9)}`, ...renderBelow(null, '')].join('\n')
}

function describe({ name, hasFailed, attributes, links }: Span): string {
  const failed = hasFailed ? `, failed: ${attributes['error.type'] ?? attributes['http.response.status_code']}` : ''
  const others = [...new Set(links.map(({ traceId }) => traceId))]
  const together = others.length > 3 ? `${others.length} traces` : others.join(', ')
  return `${name}${failed}${others.length > 0 ? `, linked with ${together}` : ''}`
}

const toText = (ms: number) => (ms < 10_000 ? `${ms.toFixed(1)} ms` : `${(ms / 1_000).toFixed(1)} s`)

function groupBy<Item, Key>(items: Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}
