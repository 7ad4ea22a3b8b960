import { isCpu } from './cpu.ts'

/** What one side of a comparison measured in one round, by name of the figure. May have CPU, which `figures` do not list. */
export type Measured = Record<string, number>

export interface Figure {
  unit: string
  /** The target for the ratio of ours to the floor, or for ours alone. Null if the figure has no aim. */
  aim: { atLeast: number } | { atMost: number } | { oursAtMost: number } | null
}

/** Our code compared with a floor: the barest way to do the same work on the same servers in the same run. */
export interface Comparison {
  work: string
  /** Left out, as `floor` is, where there is nothing to compare with. */
  floorWork?: string
  figures: Record<string, Figure>
  /** Takes long and varies little: has one round, ours first, and no warm-up. */
  isMeasuredOnce?: true
  /** Has no warm-up, because the comparison before it has run the same code. */
  isWarm?: boolean
  /** Also runs once before the rounds to warm up; that result is discarded. */
  ours(): Promise<Measured>
  floor?(): Promise<Measured>
  /** Stops what the comparison started. */
  close?(): Promise<void>
}

export interface Result {
  work: string
  floorWork: string | null
  figure: string
  unit: string
  ours: number
  floor: number
  /** The median of the rounds' ratios, because the two sides of a round met the same state of the machine. */
  ratio: number
  aim: Figure['aim']
  isMet: boolean | null
  rounds: { ours: number; floor: number }[]
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Measures both sides in turns. Each goes first equally often. */
export async function compare(
  comparison: Comparison,
  rounds: number,
  onProgress: (line: string) => void,
): Promise<Result[]> {
  const { work, floorWork = null, figures, isMeasuredOnce = false, isWarm = isMeasuredOnce } = comparison
  const measured: { ours: Measured; floor: Measured }[] = []
  const measureFloor = async () => (await comparison.floor?.()) ?? {}
  const times = isMeasuredOnce ? 1 : rounds
  if (!isWarm) {
    await measureFloor()
    await comparison.ours()
  }
  for (let round = 1; round <= times; round += 1) {
    const oursFirst = round % 2 === 1 ? await comparison.ours() : null
    const floor = await measureFloor()
    const ours = oursFirst ?? (await comparison.ours())
    measured.push({ ours, floor })
    const texts = Object.entries(figures).map(
      ([name, { unit }]) =>
        `${name} ${format(ours[name])} ${name in floor ? `beside ${format(floor[name])} ` : ''}${unit}`,
    )
    onProgress(`round ${round} of ${times}: ${texts.join(', ')}`)
  }

  const cpu = Object.keys(Object.assign({}, ...measured.flatMap(({ ours, floor }) => [ours, floor]))).filter(isCpu)
  const all = {
    ...figures,
    ...Object.fromEntries(cpu.map((name): [string, Figure] => [name, { unit: 'µs', aim: null }])),
  }
  return Object.entries(all).map(([figure, { unit, aim }]) => {
    const values = measured.map(({ ours, floor }) => ({
      ours: ours[figure] ?? Number.NaN,
      floor: floor[figure] ?? Number.NaN,
    }))
    const ours = median(values.map(({ ours }) => ours))
    const ratio = median(values.map(({ ours, floor }) => ours / floor))
    return {
      work,
      floorWork,
      figure,
      unit,
      ours,
      floor: median(values.map(({ floor }) => floor)),
      ratio,
      aim,
      isMet: isMet(ours, ratio, aim),
      rounds: values,
    }
  })
}

function isMet(ours: number, ratio: number, aim: Figure['aim']): boolean | null {
  if (!aim) return null
  if ('oursAtMost' in aim) return ours <= aim.oursAtMost
  return 'atLeast' in aim ? ratio >= aim.atLeast : ratio <= aim.atMost
}

/** Formats a number with at least three significant digits and separated thousands. */
export function format(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–'
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
