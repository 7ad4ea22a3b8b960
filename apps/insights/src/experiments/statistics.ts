/**
 * The weight of the prior, as if so many counts had been seen that were split as planned. With it, effects of about a fifth are found with
 * the fewest counts; every other weight would be as valid.
 */
const PRIOR = 100

/**
 * The logarithm of how many times better counts are explained by some other split than by the planned one. It is a mixture sequential
 * probability ratio test of a multinomial distribution, with a Dirichlet mixture around the plan (Lindon and Malek 2022, "Anytime-valid
 * inference for multinomial count data"; for two arms Robbins 1970 and Johari et al. 2022, "Always valid inference"). If every count falls
 * independently by the plan, the chance that this ever exceeds ln(1/α) is at most α, whenever and however often one looks (Ville's
 * inequality). `shares` add up to 1.
 */
export function measureEvidence(counts: readonly number[], shares: readonly number[]): number {
  return compareWithMixture(
    counts,
    shares,
    shares.map((share) => PRIOR * share),
  )
}

function compareWithMixture(counts: readonly number[], shares: readonly number[], prior: readonly number[]): number {
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)
  const total = sum(prior)
  const parts = prior.map((weight, index) => {
    const [count = 0, share = 0] = [counts[index], shares[index]]
    return logGamma(weight + count) - logGamma(weight) - (count === 0 ? 0 : count * Math.log(share))
  })
  return sum(parts) + logGamma(total) - logGamma(total + sum(counts))
}

/**
 * A confidence sequence (95 %) for the rate of `part` in `whole`: with this chance the true rate is inside at every look, also if one
 * stops when it looks best. Contains the rates that a mixture test with a uniform prior does not refuse (Howard et al. 2021, "Time-uniform,
 * nonparametric, nonasymptotic confidence sequences", section 4).
 */
export function boundRate(part: number, whole: number): { low: number; high: number } {
  const counts = [part, whole - part]
  const isRefused = (rate: number) => compareWithMixture(counts, [rate, 1 - rate], [1, 1]) > Math.log(20)
  const rate = whole === 0 ? 0.5 : part / whole
  return {
    low: part === 0 ? 0 : findEdge(0, rate, isRefused),
    high: part === whole ? 1 : findEdge(1, rate, isRefused),
  }
}

/** The place between one that is refused and one that is not, by bisection. */
function findEdge(refused: number, accepted: number, isRefused: (value: number) => boolean): number {
  let [outer, inner] = [refused, accepted]
  for (let step = 0; step < 50; step += 1) {
    const middle = (outer + inner) / 2
    if (isRefused(middle)) outer = middle
    else inner = middle
  }
  return inner
}

const STEPS = 4_000
/** Beyond so many standard deviations there is nothing to add up. */
const REACH = 8

/**
 * The probability of each arm to have the highest rate, if every rate was equally likely before: the integral over Beta distributions, by sums
 * of equal steps, so that the same numbers always give the same answer.
 */
export function findChancesOfBest(arms: readonly { part: number; whole: number }[]): number[] {
  const posteriors = arms.map(({ part, whole }) => ({ a: part + 1, b: whole - part + 1 }))
  const ends = posteriors.map(({ a, b }) => {
    const [mean, deviation] = [a / (a + b), Math.sqrt((a * b) / ((a + b) ** 2 * (a + b + 1)))]
    return [mean - REACH * deviation, mean + REACH * deviation] as const
  })
  const from = Math.max(0, Math.min(...ends.map(([low]) => low)))
  const to = Math.min(1, Math.max(...ends.map(([, high]) => high)))
  const points = Array.from({ length: STEPS }, (_, index) => from + ((index + 0.5) * (to - from)) / STEPS)

  const densities = posteriors.map(({ a, b }) => {
    const logs = points.map((rate) => (a - 1) * Math.log(rate) + (b - 1) * Math.log1p(-rate))
    const highest = logs.reduce((one, other) => Math.max(one, other))
    return normalize(logs.map((log) => Math.exp(log - highest)))
  })
  const below = densities.map(() => 0)
  const chances = densities.map(() => 0)
  for (let index = 0; index < STEPS; index += 1) {
    const here = densities.map((density) => density[index] ?? 0)
    here.forEach((weight, arm) => {
      // Half of another arm's weight in the same step is below this arm.
      const others = below.map((sum, other) => (other === arm ? 1 : sum + (here[other] ?? 0) / 2))
      chances[arm] = (chances[arm] ?? 0) + others.reduce((product, value) => product * value, weight)
    })
    here.forEach((weight, arm) => (below[arm] = (below[arm] ?? 0) + weight))
  }
  return normalize(chances)
}

function normalize(values: number[]): number[] {
  const sum = values.reduce((all, value) => all + value, 0)
  return values.map((value) => value / sum)
}

/** ln Γ(x) for x > 0, by Stirling's series from 10 on (Abramowitz and Stegun 6.1.41), to twelve digits. */
function logGamma(x: number): number {
  if (x < 10) return logGamma(x + 1) - Math.log(x)
  const inverse = 1 / (x * x)
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1_260 - inverse / 1_680))) / x
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series
}
