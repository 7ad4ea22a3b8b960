import { guessLanguage } from '@coursewire/events'
import { customType } from 'drizzle-orm/pg-core'

const MAX_KNOWN = 1_000
const known = new Map<string, string>()

/**
 * The canonical form of a stored language: earlier versions of this service stored what CourseFactory wrote. What is no
 * language tag stays as it is.
 */
export function readLanguage(stored: string): string {
  let language = known.get(stored)
  if (language === undefined) {
    language = guessLanguage(stored) ?? stored
    if (known.size >= MAX_KNOWN) known.clear()
    known.set(stored, language)
  }
  return language
}

/** A column of language tags, read in their canonical form. */
export const language = customType<{ data: string; driverData: string }>({
  dataType: () => 'text',
  fromDriver: readLanguage,
})
