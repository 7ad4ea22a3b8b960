import { guessLanguage } from '@coursewire/events'
import { de } from './de.ts'
import { en } from './en.ts'
import type { Words } from './words.ts'

// All languages that mails are written in.
const languages = { de, en } satisfies Record<string, Words>

export type Language = keyof typeof languages

/** Returns a reader's language in any country or script, or English if there are no words for it. */
export function chooseLanguage(locale: string | null | undefined): Language {
  const tag = guessLanguage(locale ?? '')
  return (tag && generalize(tag).find(isLanguage)) || 'en'
}

const isLanguage = (tag: string): tag is Language => Object.hasOwn(languages, tag)

export const getWords = (language: Language): Words => languages[language]

/** Returns the tag, and then more and more general ones. `und` stands for no language. */
function generalize(tag: string): string[] {
  const { baseName, language, script } = new Intl.Locale(tag)
  return [baseName, script && `${language}-${script}`, language].filter((known) => known !== undefined)
}

// Building one takes much longer than finding a name in it.
const languageNames = Object.fromEntries(
  Object.keys(languages).map((reader) => [
    reader,
    new Intl.DisplayNames([reader], { type: 'language', fallback: 'none' }),
  ]),
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
