/** A part of a whole, and the interval in which its true value is with 95 % confidence. */
export interface Rate {
  rate: number
  low: number
  high: number
}

/** The quantile of the standard normal distribution for 95 %. */
const Z = 1.959964

/**
 * The rate of `part` in `whole` with Wilson's score interval (Wilson 1927), which is right for small numbers and rates near 0 and 1 as well. Null
 * if there is nothing to compare with. Somebody may click twice after one view, so a part counts as the whole at most.
 */
export function compareParts(part: number, whole: number): Rate | null {
  if (whole <= 0) return null
  const rate = Math.min(part, whole) / whole
  const z2 = Z * Z
  const middle = rate + z2 / (2 * whole)
  const half = Z * Math.sqrt((rate * (1 - rate)) / whole + z2 / (4 * whole * whole))
  const scale = 1 + z2 / whole
  return { rate, low: Math.max(0, (middle - half) / scale), high: Math.min(1, (middle + half) / scale) }
}
