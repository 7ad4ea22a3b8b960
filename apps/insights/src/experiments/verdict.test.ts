import { expect, test } from 'vitest'
import { type Counted, decide, judge } from './verdict.ts'

const EXPERIMENTS = 1_000
const LOOKS = 250
const VISITS_A_WINDOW = 40
const PEOPLE = 400

/** Numbers from 0 to 1 that are always the same for a seed (mulberry32). */
function createChance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function anExperiment(shares: number[]): Counted[] {
  return shares.map((share, arm) => ({
    label: `Arm ${arm}`,
    ctaType: `arm_${arm}`,
    share,
    views: 0,
    clicks: 0,
    viewsTogether: 0,
  }))
}

/** The course of simulated experiments. */
interface Played {
  shares: number[]
  lifts: number[]
  isCountedAgain?: boolean
  experiments?: number
}

/**
 * Plays experiments, and tells how many of them are called something by a look after any window. A few people come again and again, each with
 * an inclination to click of their own, which changes with the hour. A visit is a tab with an arm of its own, in which the page is opened
 * several times. In every fifth tab the browser keeps nothing, so each time is a visit of its own. In the others a view and a click count
 * once, unless `isCountedAgain`.
 */
function countCalls(
  { shares, lifts, isCountedAgain = false, experiments = EXPERIMENTS }: Played,
  isCalled: (arms: Counted[]) => boolean,
): number {
  let calls = 0
  for (let seed = 1; seed <= experiments; seed += 1) {
    const chance = createChance(seed)
    const arms = anExperiment(shares)
    const inclinations = Array.from({ length: PEOPLE }, () => 0.4 * chance() ** 3)
    const drawArm = () => {
      let rest = chance()
      return shares.findIndex((share) => (rest -= share) < 0)
    }
    const count = (index: number, inclination: number, times: number) => {
      const arm = arms[index] ?? expect.unreachable()
      arm.views += 1
      arm.viewsTogether += 1
      if (chance() < 1 - (1 - Math.min(1, inclination * (lifts[index] ?? 1))) ** times) arm.clicks += 1
    }
    let called = false
    for (let window = 0; window < LOOKS; window += 1) {
      const hour = 1 + Math.sin(window / 8) / 2
      for (let visits = 0; visits < VISITS_A_WINDOW; visits += 1) {
        const inclination = hour * (inclinations[Math.floor(PEOPLE * chance() ** 4)] ?? 0)
        const times = 1 + Math.floor(5 * chance() ** 2)
        const [keeps, arm] = [chance() < 0.8, drawArm()]
        if (keeps && !isCountedAgain) count(arm, inclination, times)
        else for (let time = 0; time < times; time += 1) count(keeps ? arm : drawArm(), inclination, 1)
      }
      called ||= isCalled(arms)
    }
    calls += Number(called)
  }
  return calls
}

const hasVerdict = (verdict: string) => (arms: Counted[]) => decide(arms, false).verdict === verdict

test.each([
  ['two arms', [0.5, 0.5], false],
  ['two arms, whose views and clicks are counted each time', [0.5, 0.5], true],
  ['two arms, one of them rare', [0.9, 0.1], false],
  ['four arms', [0.25, 0.25, 0.25, 0.25], false],
])(
  'of 1,000 experiments without a difference, looked at after every window, at most 50 have a winner: %s',
  (...row) => {
    const [, shares, isCountedAgain] = row
    const played = { shares, lifts: shares.map(() => 1), isCountedAgain }

    expect(countCalls(played, hasVerdict('winner'))).toBeLessThanOrEqual(0.05 * EXPERIMENTS)
  },
)

test('of 1,000 experiments whose split is right, at most 10 are called wrongly split', () => {
  const played = { shares: [0.5, 0.5], lifts: [1, 1] }

  expect(countCalls(played, hasVerdict('wrong_split'))).toBeLessThanOrEqual(0.01 * EXPERIMENTS)
})

test('the same experiments would often have a winner by a test that is for one look', () => {
  const isSignificant = ([one, other]: Counted[]) => {
    if (!one || !other) return false
    const clicks = one.clicks + other.clicks
    return clicks > 0 && Math.abs(one.clicks - other.clicks) / Math.sqrt(clicks) > 1.96
  }

  const calls = countCalls({ shares: [0.5, 0.5], lifts: [1, 1], experiments: 200 }, isSignificant)

  expect(calls).toBeGreaterThan(0.25 * 200)
})

test.each([
  ['two arms', [0.5, 0.5], [1, 1.4]],
  ['three arms, of which two are alike', [0.4, 0.3, 0.3], [1, 1, 1.5]],
])('the better arm is found, and no other one: %s', (_what, shares, lifts) => {
  const played = { shares, lifts, experiments: 100 }
  const best = `arm_${lifts.length - 1}`

  const found = countCalls(played, (arms) => decide(arms, false).winner === best)
  const wrong = countCalls(played, (arms) => ![best, null].includes(decide(arms, false).winner))

  expect(found).toBeGreaterThan(90)
  expect(wrong).toBe(0)
})

const counted = (...numbers: [views: number, clicks: number][]): Counted[] =>
  numbers.map(([views, clicks], arm) => ({
    label: `Arm ${arm}`,
    ctaType: `arm_${arm}`,
    share: 1 / numbers.length,
    views,
    clicks,
    viewsTogether: views,
  }))

test.each([
  ['nothing', counted([0, 0], [0, 0]), 'running', 'no_difference_shown'],
  ['no difference', counted([1_000, 100], [1_000, 104]), 'running', 'no_difference_shown'],
  ['a great difference', counted([1_000, 100], [1_000, 180]), 'winner', 'winner'],
  ['views that are not split as planned', counted([1_000, 100], [700, 180]), 'wrong_split', 'wrong_split'],
])('%s means while it runs and after its end: %s', (_what, arms, running, ended) => {
  expect([judge(arms, false).verdict, judge(arms, true).verdict]).toEqual([running, ended])
})

test('a winner of several arms is better than each of the others', () => {
  const alike = counted([1_000, 200], [1_000, 195], [1_000, 80])
  const better = counted([1_000, 200], [1_000, 110], [1_000, 80])

  expect(judge(alike, false)).toMatchObject({ verdict: 'running', winner: null })
  expect(judge(better, false)).toMatchObject({ verdict: 'winner', winner: 'arm_0' })
})

test('more rivals need more evidence', () => {
  const needed = [2, 3, 4].map((arms) => judge(anExperiment(Array<number>(arms).fill(1 / arms)), false).evidenceNeeded)

  expect(needed.map(Math.round)).toEqual([50, 100, 150])
})

test('the probability of being best decides nothing', () => {
  const { verdict, arms } = judge(counted([100, 10], [100, 20]), false)

  expect(arms[1]?.chanceOfBest).toBeGreaterThan(0.95)
  expect(verdict).toBe('running')
})

test('a report says what every number means, whatever was counted', () => {
  const { arms, split, advice } = judge(counted([10, 12], [0, 3]), false)

  // More clicks than views are told for a while, because clicks are told at once.
  expect(arms).toMatchObject([
    { clicks: 12, clicksPerView: { rate: 1, high: 1 } },
    { clicks: 3, clicksPerView: null },
  ])
  expect(split.evidenceNeeded).toBe(100)
  expect(advice).toMatch(/Let it run/)
  const huge = judge(counted([1e7, 1e6], [1e7, 10]), false)
  expect(huge.arms[0]?.evidence).toBe(1e9)
  expect(JSON.stringify(huge)).not.toContain('null,"chanceOfBest"')
})
