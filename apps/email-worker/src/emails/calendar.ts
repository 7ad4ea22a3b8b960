/** A day on which something happens. */
export interface Day {
  /** Tells calendars which entry they have already. */
  uid: string
  date: string
  title: string
  url: string
  writtenAt: string
}

/** Writes an iCalendar file (RFC 5545) about one day. */
export function writeCalendar(day: Day): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Coursewire//email-worker//EN',
    'METHOD:PUBLISH',
    'BEGIN:VEVENT',
    `UID:${day.uid}`,
    `DTSTAMP:${day.writtenAt.replace(/\.\d+/, '').replaceAll(/[-:]/g, '')}`,
    `DTSTART;VALUE=DATE:${day.date.replaceAll('-', '')}`,
    `SUMMARY:${escapeText(day.title)}`,
    `URL:${day.url}`,
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
    'END:VCALENDAR',
  ]
  return lines.map((line) => `${fold(line)}\r\n`).join('')
}

const escapeText = (text: string) => text.toWellFormed().replace(/[\\;,]/g, '\\$&')

const MAX_OCTETS = 75

/** A line may have no more octets. It continues after a line break and a space. */
function fold(line: string): string {
  let folded = ''
  let octets = 0
  for (const character of line) {
    const size = Buffer.byteLength(character)
    if (octets + size > MAX_OCTETS) {
      folded += '\r\n '
      octets = 1
    }
    folded += character
    octets += size
  }
  return folded
}
