/** A course drawn as a wire with one bead for each lesson: rows that turn back like a line of text being read. Pure numbers, no styles. */
export type Bead = { x: number; y: number }
export function wire(
  lessons: number,
  perRow: number,
  step = 40,
  rowHeight = 44,
  pad = 16,
): { beads: Bead[]; path: string; width: number; height: number } {
  const n = Math.max(1, Math.min(lessons, 60))
  const columns = Math.min(perRow, n)
  const rows = Math.ceil(n / columns)
  const left = pad + (rows > 2 ? rowHeight / 2 : 0) // where the wire turns on its left side
  const beads: Bead[] = []
  let path = ''
  for (let row = 0; row < rows; row++) {
    const inRow = Math.min(columns, n - row * columns)
    for (let k = 0; k < inRow; k++) {
      const column = row % 2 === 0 ? k : columns - 1 - k
      beads.push({ x: left + column * step, y: pad + row * rowHeight })
    }
    const first = beads[row * columns]!
    const last = beads[row * columns + inRow - 1]!
    if (row === 0) path = `M${first.x} ${first.y}`
    path += `H${last.x}`
    if (row < rows - 1) path += `a${rowHeight / 2} ${rowHeight / 2} 0 0 ${row % 2 === 0 ? 1 : 0} 0 ${rowHeight}`
  }
  const bulge = rows > 1 ? rowHeight / 2 : 0
  return { beads, path, width: left + pad + (columns - 1) * step + bulge, height: pad * 2 + (rows - 1) * rowHeight }
}
