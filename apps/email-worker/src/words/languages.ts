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

// Building one takes much longer than finding a name in it.
const languageNames = Object.fromEntries(
  Object.keys(words).map((reader) => [reader, new Intl.DisplayNames([reader], { type: 'language', fallback: 'none' })]),
) as Record<Language, Intl.DisplayNames>

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
