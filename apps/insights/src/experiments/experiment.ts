/** A call to action that is tried out, and the part of the visitors who see it. */
export interface Arm {
  label: string
  ctaType: string
  share: number
}

export interface Experiment {
  beganAt: string
  endsAt: string
  arms: Arm[]
}

/** The statement of an event about the experiment of a distribution. Without arms it has none from then on. */
export interface Told {
  at: string
  arms: Arm[] | null
  endsAt: string | null
}

/**
 * The latest experiment of a distribution, from what events have said in the order of their moments. Other arms or another split make
 * another experiment. The end may be moved as long as it has not come; an experiment that is taken away ends then.
 */
export function findLatest(told: readonly Told[]): Experiment | null {
  return told.reduce<Experiment | null>((found, { at, arms, endsAt }) => {
    const running = found && at < found.endsAt ? found : null
    if (!arms || !endsAt) return running ? { ...running, endsAt: at } : found
    return running && isSame(running.arms, arms) ? { ...running, endsAt } : { beganAt: at, endsAt, arms }
  }, null)
}

const isSame = (arms: Arm[], others: Arm[]) => JSON.stringify(arms) === JSON.stringify(others)

/** A running total as it was told before and after a moment. `at` is in seconds. */
export interface Neighbours {
  moment: number
  before: { total: number; at: number } | null
  after: { total: number; at: number } | null
}

/** The longest time that a view waits until an event tells of it, in seconds: a window of distribution-service. */
export const WINDOW = 60

/**
 * A running total at a moment. What is told within a window after it was counted in that window, at an even pace: otherwise the arm that is
 * told of last would seem to have fewer views. Before anything is known of a distribution that is not known from its beginning, its total
 * is the first that is told.
 */
export function readTotal(
  { moment, before, after }: Neighbours,
  { window, isWhole }: { window: number; isWhole: boolean },
): number {
  if (!before && !isWhole) return after?.total ?? 0
  const { total, at } = before ?? { total: 0, at: -Infinity }
  if (!after) return total
  const from = Math.max(at, after.at - window)
  // Clocks of two instances may differ, so a later total may be smaller.
  const added = Math.max(0, after.total - total)
  return moment <= from ? total : total + (added * (moment - from)) / (after.at - from)
}
