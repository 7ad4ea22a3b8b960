type Row = Record<string, string | number | null>

const toText = (value: Row[string] | undefined) => String(value ?? '')

/** Rows under the names of their fields, in columns as wide as they need to be. */
export function formatTable(rows: Row[]): string {
  const names = Object.keys(rows[0] ?? {})
  const widths = names.map((name) => Math.max(name.length, ...rows.map((row) => toText(row[name]).length)))
  const lines = [names.map((name) => name.toUpperCase()), ...rows.map((row) => names.map((name) => toText(row[name])))]
  return lines
    .map((cells) => cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n')
}

/** One row, a line per field. */
export function formatRecord(row: Row): string {
  const width = Math.max(...Object.keys(row).map((name) => name.length))
  return Object.entries(row)
    .map(([name, value]) => `${name.padEnd(width)}  ${toText(value) || '–'}`)
    .join('\n')
}
