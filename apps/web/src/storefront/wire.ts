/** Where a lesson is on the wire. */
export type Bead = { x: number; y: number }

/** Nobody counts more beads than that. */
const MAX_BEADS = 60

/**
 * Draws a course as a wire with one bead for each lesson, in rows that turn back like lines of a text that is read to and fro. Returns numbers
 * for attributes of an SVG.
 */
export function wire(
  lessons: number,
  perRow: number,
  step = 40,
  rowHeight = 44,
  pad = 16,
): { beads: Bead[]; path: string; width: number; height: number } {
  const count = Math.max(1, Math.min(lessons, MAX_BEADS))
  const columns = Math.min(perRow, count)
  const rows = Math.ceil(count / columns)
  const radius = rowHeight / 2
  // From the third row on, the wire turns on its left side too.
  const left = pad + (rows > 2 ? radius : 0)
  const beads: Bead[] = []
  let path = `M${left} ${pad}`
  for (let row = 0; row < rows; row += 1) {
    const isForth = row % 2 === 0
    const inRow = Math.min(columns, count - row * columns)
    for (let index = 0; index < inRow; index += 1) {
      const column = isForth ? index : columns - 1 - index
      beads.push({ x: left + column * step, y: pad + row * rowHeight })
    }
    path += `H${beads.at(-1)?.x}`
    if (row < rows - 1) path += `a${radius} ${radius} 0 0 ${isForth ? 1 : 0} 0 ${rowHeight}`
  }
  const width = left + pad + (columns - 1) * step + (rows > 1 ? radius : 0)
  return { beads, path, width, height: pad * 2 + (rows - 1) * rowHeight }
}
