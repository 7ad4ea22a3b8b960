import { arch, cpus, platform, totalmem } from 'node:os'
import { format, type Result } from './benchmark.ts'
import { cpuColumns, isCpu, nameCpu } from './cpu.ts'

/** Formats the figures as a Markdown table, for the terminal and for the README of this folder. */
export function renderTable(results: Result[]): string {
  const rows = results
    .filter(({ figure }) => !isCpu(figure))
    .map(({ work, floorWork, figure, unit, ours, floor, ratio, rounds, aim, isMet }) => [
      `${work}, ${figure}`,
      `${format(ours)} ${unit}`,
      ...(floorWork === null
        ? ['', '', '']
        : [`${format(floor)} ${unit}`, floorWork, `${format(ratio)}×${renderRange(rounds)}`]),
      `${renderAim(aim, unit)}${isMet === false ? ', missed' : ''}`,
    ])
  return renderRows(['work', 'ours', 'floor', 'what the floor does', 'ratio', 'aim'], rows)
}

/** Formats the microseconds of CPU that a piece of each work takes, ours / floor, by process. The load generator is not in the sum. */
export function renderCpuTable(results: Result[]): string {
  const cpu = results.filter(({ figure }) => isCpu(figure))
  const nameWork = ({ work, floorWork }: Result) => `${work} (floor: ${floorWork})`
  const rows = [...new Set(cpu.map(nameWork))].map((work) => [
    work,
    ...cpuColumns.map((column) => {
      const found = cpu.find((result) => nameWork(result) === work && result.figure === nameCpu(column))
      return found ? `${format(found.ours)} / ${format(found.floor)}` : ''
    }),
  ])
  return renderRows(['CPU in µs, ours / floor', ...cpuColumns], rows)
}

function renderRows(head: string[], rows: string[][]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** The lowest and the highest ratio say how much the machine's other load is in the median. */
function renderRange(rounds: Result['rounds']): string {
  if (rounds.length < 2) return ''
  const ratios = rounds.map(({ ours, floor }) => ours / floor)
  return ` (${format(Math.min(...ratios))}–${format(Math.max(...ratios))})`
}

function renderAim(aim: Result['aim'], unit: string): string {
  if (!aim) return ''
  if ('oursAtMost' in aim) return `≤ ${aim.oursAtMost} ${unit}`
  return 'atLeast' in aim ? `≥ ${aim.atLeast}×` : `≤ ${aim.atMost}×`
}

/** Describes the machine on which the figures were measured. */
export function describeMachine() {
  const [cpu] = cpus()
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
    node: process.versions.node,
    at: new Date().toISOString(),
  }
}
