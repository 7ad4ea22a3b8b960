import { guessLanguage, type languages } from '@coursewire/events'
import { de } from './de.ts'
import { en } from './en.ts'
import type { Words } from './words.ts'

export type Language = (typeof languages)[number]

const words: Record<Language, Words> = { de, en }

/** Returns a reader's language in any country or script, or English if there are no words for it. */
export function chooseLanguage(locale: string | null | undefined): Language {
  const tag = guessLanguage(locale ?? '')
  return (tag && generalize(tag).find(isLanguage)) || 'en'
}

const isLanguage = (tag: string): tag is Language => Object.hasOwn(words, tag)

export const getWords = (language: Language): Words => words[language]

/** Returns the tag, and then more and more general ones. `und` stands for no language. */
function generalize(tag: string): string[] {
  const { baseName, language, script } = new Intl.Locale(tag)
  return [baseName, script && `${language}-${script}`, language].filter((known) => known !== undefined)
}

// Building one of these takes much longer than using it.
const languageNames = buildEach((reader) => new Intl.DisplayNames([reader], { type: 'language', fallback: 'none' }))
const dayFormats = buildEach((reader) => new Intl.DateTimeFormat(reader, { dateStyle: 'long', timeZone: 'UTC' }))

function buildEach<Built>(build: (reader: string) => Built): Record<Language, Built> {
  return Object.fromEntries(Object.keys(words).map((reader) => [reader, build(reader)])) as Record<Language, Built>
}

/** Writes a day, such as 2026-03-02, which is the same in all time zones. */
export const formatDay = (day: string, reader: Language): string => dayFormats[reader].format(new Date(day))

/** Returns the most specific name of a language in the reader's language, or null if it has none. */
export function nameLanguage(code: string, reader: Language): string | null {
  const tag = guessLanguage(code)
  if (tag === null) return null
  for (const known of generalize(tag)) {
    const name = languageNames[reader].of(known)
    if (name) return name
  }
  return null
}
