/**
 * Chooses an arm by its weight. The number of a tab is mixed with the experiment, so that two experiments have nothing to do with each other
 * (MurmurHash3's finalizer). Every step can be undone, so all values stay equally likely.
 */
export function chooseArm(weights: readonly number[], number: number, experiment: string): number {
  let mixed = number
  for (let index = 0; index < experiment.length; index += 1) {
    mixed = Math.imul(mixed ^ experiment.charCodeAt(index), 0x5bd1e995)
  }
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  mixed ^= mixed >>> 16
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let rest = ((mixed >>> 0) / 2 ** 32) * total
  return weights.findIndex((weight) => (rest -= weight) < 0)
}
