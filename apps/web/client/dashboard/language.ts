import { device } from '../storage.ts'
import type { Words } from './words.en.ts'

export type Language = 'en' | 'de'

const LANGUAGE = 'coursewire.language'
const load: Record<Language, () => Promise<Words>> = {
  en: () => import('./words.en.ts').then(({ en }) => en),
  de: () => import('./words.de.ts').then(({ de }) => de),
}

/** A language and everything that is said in it. */
export interface Wording {
  language: Language
  words: Words
}

/** The language of ours that is closest to a tag such as `de-AT`. */
export const closestLanguage = (tag: string): Language => (/^de\b/i.test(tag) ? 'de' : 'en')

/** Loads what is said in the person's language. Throws without a connection. */
export const loadFirstWording = (): Promise<Wording> =>
  loadWording(closestLanguage(device.get(LANGUAGE) ?? navigator.language))

async function loadWording(language: Language): Promise<Wording> {
  return { language, words: await load[language]() }
}

/** Like `loadFirstWording`, for a language that the person has chosen. It is the first one from now on. */
export function chooseWording(language: Language): Promise<Wording> {
  device.set(LANGUAGE, language)
  return loadWording(language)
}
