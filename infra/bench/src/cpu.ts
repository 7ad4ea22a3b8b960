import { readFileSync } from 'node:fs'
import type { Measured } from './benchmark.ts'

type Pid = number | undefined

/**
 * The processes that take part in a work. `app` is ours, or the floor that stands in its place. Those without an id, such as a server in a
 * container, are left out.
 */
export interface Processes {
  app: Pid | Pid[]
  'other apps'?: Pid[]
  Postgres?: Pid
  broker?: Pid
  AWS?: Pid
  load?: Pid
}

/** Most of an app's other threads are V8's, which collect garbage and compile. */
export const cpuColumns = [
  'app',
  'its other threads',
  'other apps',
  'Postgres',
  'broker',
  'AWS',
  'sum',
  'load',
] as const

type Column = (typeof cpuColumns)[number]

const PREFIX = 'CPU: '
/** Linux counts in hundredths of a second, and does not sample: what it counts is exact. */
const MICROSECONDS_PER_TICK = 10_000

export const nameCpu = (column: Column) => `${PREFIX}${column}`
export const isCpu = (figure: string) => figure.startsWith(PREFIX)

/**
 * Begins to measure CPU. The returned function ends it, and says how many microseconds each of `pieces` of work took, by process. The load
 * generator is not in the sum.
 */
export function watchCpu(processes: Processes): (pieces: number) => Measured {
  const before = readTicks(processes)
  return (pieces) => {
    const used = [...readTicks(processes)].map(([column, ticks]): [Column, number] => [
      column,
      ((ticks - (before.get(column) ?? 0)) * MICROSECONDS_PER_TICK) / pieces,
    ])
    const sum = used.reduce((total, [column, time]) => (column === 'load' ? total : total + time), 0)
    const all: [Column, number][] = used.length > 0 ? [...used, ['sum', sum]] : []
    return Object.fromEntries(all.map(([column, time]) => [nameCpu(column), time]))
  }
}

function readTicks({ app, ...others }: Processes): Map<Column, number> {
  const read = new Map<Column, number>()
  const add = (column: Column, ticks: number) => read.set(column, (read.get(column) ?? 0) + ticks)
  for (const pid of [app].flat()) {
    const all = readStat(`/proc/${pid}`)
    const main = readStat(`/proc/${pid}/task/${pid}`)
    if (!all || !main) continue
    add('app', main.own)
    add('its other threads', all.own - main.own)
  }
  for (const [column, pids] of Object.entries(others) as [Column, Pid | Pid[]][]) {
    for (const pid of [pids].flat()) {
      const all = readStat(`/proc/${pid}`)
      if (all) add(column, column === 'Postgres' ? all.own + all.ended + readChildren(pid) : all.own)
    }
  }
  return read
}

/** The time of a process or thread, and of those of its children that have ended. Null if there is no such process. */
function readStat(directory: string): { own: number; ended: number } | null {
  let stat: string
  try {
    stat = readFileSync(`${directory}/stat`, 'utf8')
  } catch {
    return null
  }
  // The name is in brackets and may have blanks. utime, stime, cutime and cstime are the twelfth field behind it and the next three.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15).map(Number)
  return { own: user + system, ended: endedUser + endedSystem }
}

function readChildren(pid: Pid): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  return children.reduce((total, child) => total + (readStat(`/proc/${child}`)?.own ?? 0), 0)
}
