import { format, type Measured, median } from './benchmark.ts'

/** What the race measures, with units, in the order of the table. */
const figures: [name: string, unit: string][] = [
  ['throughput', 'events/s'],
  ['p50 at 100/s', 'ms'],
  ['p99 at 100/s', 'ms'],
  ['p50 at 1,000/s', 'ms'],
  ['p99 at 1,000/s', 'ms'],
  ['CPU', 'µs an event'],
  ['CPU of Postgres', 'µs an event'],
  ['CPU of the broker', 'µs an event'],
  ['memory', 'MB'],
  ['start', 'ms'],
  ['lost', 'events'],
  ['doubled', 'events'],
  ['caught up', 's'],
]

/** Formats the rounds of each contestant as a Markdown table of medians with their ranges. */
export function renderRace(rounds: Map<string, Measured[]>): string {
  const rows = figures.map(([name, unit]) => [
    `${name}, ${unit}`,
    ...[...rounds.values()].map((measured) => renderCell(measured.flatMap((figure) => figure[name] ?? []))),
  ])
  const head = ['', ...rounds.keys()]
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function renderCell(values: number[]): string {
  if (values.length === 0) return '–'
  const middle = render(median(values))
  const [least, most] = [render(Math.min(...values)), render(Math.max(...values))]
  return least === most ? middle : `${middle} (${least}–${most})`
}

/** Counts have no decimals. */
const render = (value: number) => (Number.isInteger(value) ? value.toLocaleString('en') : format(value))
