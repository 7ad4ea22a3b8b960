import type { Arm } from './experiment.ts'
import { boundRate, findChancesOfBest, measureEvidence } from './statistics.ts'

/** The counts of an arm. */
export interface Counted extends Arm {
  views: number
  clicks: number
  /** The views until a moment at which those of all arms are known. */
  viewsTogether: number
}

export const verdicts = ['running', 'winner', 'no_difference_shown', 'wrong_split'] as const
type Verdict = (typeof verdicts)[number]

/** Advice in plain words. */
const advice: Record<Verdict, string> = {
  running: 'Let it run: no arm has been shown to be better yet. You may look as often as you like.',
  winner: 'Make the winner the call to action of the page, and end the experiment.',
  no_difference_shown: 'It has ended, and no arm has been shown to be better. Keep the one that you like best.',
  wrong_split:
    'The views are not split as planned, so clicks cannot be compared. Find out who does not see an arm, and begin anew.',
}

/**
 * The chance, over all looks together, of calling a winner where there is none. We promise 5 %, and keep the rest for clicks that are less
 * independent than they should be, such as those of somebody who opens a page again and again.
 */
const WINNER_RISK = 0.02
/** The chance, over all looks together, of calling a split wrong that is right. */
const SPLIT_RISK = 0.01
const splitEvidenceNeeded = 1 / SPLIT_RISK

/**
 * Decides by how the clicks are split between the arms. If the arms make no difference, each click falls to an arm by the planned split,
 * because each tab is given its arm by chance and clicks once. So it has no influence how often pages are viewed, by whom, and when.
 *
 * A winner is shown to be better than each other arm. The evidence must be as many times stronger as it has rivals, which keeps the risk
 * the same: whichever arm is called wrongly, one of its rivals is at least as good, and the best arm has so many rivals.
 */
export function decide(counted: readonly Counted[], hasEnded: boolean) {
  const splitEvidence = toRatio(
    measureEvidence(
      counted.map((arm) => arm.viewsTogether),
      counted.map((arm) => arm.share),
    ),
  )
  const evidenceNeeded = (counted.length - 1) / WINNER_RISK
  const evidence = counted.map((arm) =>
    toRatio(Math.min(...counted.filter((other) => other !== arm).map((other) => compare(arm, other)))),
  )
  const best = evidence.findIndex((one) => one >= evidenceNeeded)
  const open: Verdict = hasEnded ? 'no_difference_shown' : 'running'
  const verdict: Verdict = splitEvidence >= splitEvidenceNeeded ? 'wrong_split' : best >= 0 ? 'winner' : open
  const winner = verdict === 'winner' ? (counted[best]?.ctaType ?? null) : null
  return {
    verdict,
    winner,
    evidence,
    evidenceNeeded,
    split: { evidence: splitEvidence, evidenceNeeded: splitEvidenceNeeded },
  }
}

/** The logarithm of the evidence that an arm is better than another: none if it has no more clicks than its share of both. */
function compare(arm: Counted, other: Counted): number {
  const share = arm.share / (arm.share + other.share)
  if (arm.clicks <= share * (arm.clicks + other.clicks)) return -Infinity
  return measureEvidence([arm.clicks, other.clicks], [share, 1 - share])
}

/** Larger numbers say no more, and JSON has no infinity. */
const MAX_RATIO = 1e9
const toRatio = (log: number) => Math.min(Math.exp(log), MAX_RATIO)

/** Adds to a decision what an editor wants to see. */
export function judge(counted: readonly Counted[], hasEnded: boolean) {
  const { evidence, ...decision } = decide(counted, hasEnded)
  // Clicks are told at once, and views up to a minute later.
  const rates = counted.map(({ views, clicks }) => ({ part: Math.min(clicks, views), whole: views }))
  const chances = findChancesOfBest(rates)
  const arms = counted.map(({ label, ctaType, share, views, clicks }, index) => {
    const { part, whole } = rates[index] ?? { part: 0, whole: 0 }
    const clicksPerView = whole === 0 ? null : { rate: part / whole, ...boundRate(part, whole) }
    const [ofBetter = 0, chanceOfBest = 0] = [evidence[index], chances[index]]
    return { label, ctaType, share, views, clicks, clicksPerView, evidence: ofBetter, chanceOfBest }
  })
  return { ...decision, advice: advice[decision.verdict], arms }
}
