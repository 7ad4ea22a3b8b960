import { styleText } from 'node:util'

/** Fields that a person who reads an app's log already knows. */
const known = ['level', 'time', 'msg', 'err', 'service', 'version', 'pid', 'hostname']

interface Entry {
  level: string
  time: string
  msg: string
  err?: { stack?: string }
}

/**
 * Formats a line of an app's log for people: `12:03:04.512 info Enrollment created {"courseId":"c-1"}`. Other lines stay unchanged, as
 * does the last one of a killed app, which may be cut off.
 */
export function formatLogLine(line: string): string {
  const entry = readEntry(line)
  if (!entry) return line
  const fields = Object.entries(entry).filter(([name]) => !known.includes(name))
  const details = fields.length > 0 ? ` ${styleText('dim', JSON.stringify(Object.fromEntries(fields)))}` : ''
  const stack = entry.err?.stack ? `\n${entry.err.stack}` : ''
  return `${styleText('dim', entry.time.slice(11, 23))} ${entry.level} ${entry.msg}${details}${stack}`
}

function readEntry(line: string): Entry | null {
  try {
    return line.startsWith('{"level"') ? (JSON.parse(line) as Entry) : null
  } catch {
    return null
  }
}
