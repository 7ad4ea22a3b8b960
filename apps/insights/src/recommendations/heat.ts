/** Long enough that no day of the week decides, and short enough that last month's campaign is over. */
const HALF_LIFE_MS = 7 * 86_400_000

/**
 * How much a course is chosen now: each learner counts half as much for every week that has passed. Weights are taken forward from 1970 and not
 * back from now (Cormode et al., "Forward decay", 2009), so that the order of courses never has to be computed anew and events may come in any
 * order. They would be too large for a number, so this is their logarithm.
 */
export const heatOf = (at: string): number => (Date.parse(at) / HALF_LIFE_MS) * Math.LN2

export const addHeat = (one: number, other: number): number =>
  Math.max(one, other) + Math.log1p(Math.exp(-Math.abs(one - other)))
