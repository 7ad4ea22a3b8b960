/** The numbers of learners who have one course, another, both, and any course at all. */
export interface Shared {
  both: number
  one: number
  other: number
  total: number
}

/**
 * Tells how much more learners have both courses than they would by chance: the log-likelihood ratio of Dunning, "Accurate methods for the
 * statistics of surprise and coincidence" (1993), which does not take a few rare learners for a pattern. 0 if they have both no more often.
 */
export function likelihoodRatio({ both, one, other, total }: Shared): number {
  if (both * total <= one * other) return 0
  const cells = [both, one - both, other - both, total - one - other + both]
  const sums = [one, total - one, other, total - other]
  return 2 * (sum(cells) + surprise(total) - sum(sums))
}

const surprise = (count: number) => (count > 0 ? count * Math.log(count) : 0)
const sum = (counts: number[]) => counts.reduce((total, count) => total + surprise(count), 0)
