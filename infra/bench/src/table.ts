import { arch, cpus, platform, totalmem } from 'node:os'
import { format, type Result } from './benchmark.ts'

/** Formats the results as a Markdown table, for the terminal and for the README of this folder. */
export function renderTable(results: Result[]): string {
  const rows = results.map(({ work, floorWork, figure, unit, ours, floor, ratio, aim, isMet }) => [
    `${work}, ${figure}`,
    `${format(ours)} ${unit}`,
    ...(floorWork === null ? ['', '', ''] : [`${format(floor)} ${unit}`, floorWork, `${format(ratio)}×`]),
    `${renderAim(aim, unit)}${isMet === false ? ', missed' : ''}`,
  ])
  const lines = [['work', 'ours', 'floor', 'what the floor does', 'ratio', 'aim'], Array(6).fill('---'), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
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
