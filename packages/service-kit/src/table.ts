type Row = Record<string, string | number | boolean | null | undefined>

/** Makes any text safe to show: terminal control characters become visible escapes. */
export function toPrintable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) => {
    if (character === '\n' || character === '\t') return character
    return `\\u${character.codePointAt(0)?.toString(16).padStart(4, '0')}`
  })
}

const toText = (value: Row[string]) => toPrintable(String(value ?? ''))

/** Formats rows below the names of their fields, in columns that are as wide as needed. */
export function formatTable(rows: Row[]): string {
  const names = Object.keys(rows[0] ?? {})
  const cells = rows.map((row) => names.map((name) => toText(row[name]).replace(/\s+/g, ' ')))
  const widths = names.map((name, index) => Math.max(name.length, ...cells.map((line) => line[index]?.length ?? 0)))
  return [names.map((name) => name.toUpperCase()), ...cells]
    .map((line) => line.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n')
}

/** Formats one row with a line per field. */
export function formatRecord(row: Row): string {
  const width = Math.max(...Object.keys(row).map((name) => name.length))
  return Object.entries(row)
    .map(
      ([name, value]) => `${name.padEnd(width)}  ${toText(value).replace(/\n/g, `\n${' '.repeat(width + 2)}`) || '–'}`,
    )
    .join('\n')
}
