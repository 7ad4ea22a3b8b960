import { canonicalizeLanguage } from '@coursewire/events'
import type { Language } from './wording.ts'

/** A first paragraph up to this length stands beside the title. */
const MAX_LEAD = 360

/** Splits a description into what stands beside the title and the paragraphs below. */
export function splitDescription(description: string): { lead: string; paragraphs: string[] } {
  const all = description.split(/\n\s*\n/).filter((paragraph) => paragraph.trim() !== '')
  const [first = '', ...others] = all
  return first.length > MAX_LEAD ? { lead: '', paragraphs: all } : { lead: first, paragraphs: others }
}

// Building one takes much longer than finding a name in it.
const languageNames = {
  de: new Intl.DisplayNames(['de'], { type: 'language' }),
  en: new Intl.DisplayNames(['en'], { type: 'language' }),
} satisfies Record<Language, Intl.DisplayNames>

/** Names a language in the reader's. What is no language tag stays as it is. */
export function nameLanguage(tag: string, reader: Language): string {
  return canonicalizeLanguage(tag) === null ? tag : (languageNames[reader].of(tag) ?? tag)
}

/** A moment without a time zone of its own is a day everywhere. */
export function writeDate(moment: string, reader: Language): string | null {
  const date = new Date(moment)
  if (Number.isNaN(date.getTime())) return null
  return new Intl.DateTimeFormat(reader === 'de' ? 'de-DE' : 'en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(
    date,
  )
}

const duration = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:\d+S)?)?$/
const units = ['year', 'month', 'week', 'day', 'hour', 'minute']

/** Writes an ISO 8601 duration in words: `PT1H30M` is "1 hour, 30 minutes". Returns null for what is none. */
export function writeDuration(workload: string, reader: Language): string | null {
  const [, ...counts] = duration.exec(workload) ?? []
  const parts = units.flatMap((unit, index) => {
    const count = Number(counts[index] ?? 0)
    return count > 0 ? [new Intl.NumberFormat(reader, { style: 'unit', unit, unitDisplay: 'long' }).format(count)] : []
  })
  return parts.length > 0 ? new Intl.ListFormat(reader, { type: 'unit' }).format(parts) : null
}

/** A target group as people read it. CourseFactory and editors write words or keys, such as `career_changers`. */
export const readable = (targetGroup: string) => targetGroup.replaceAll('_', ' ')
