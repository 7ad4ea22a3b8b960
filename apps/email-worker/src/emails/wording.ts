import { guessLanguage } from '@coursewire/events'

const wordings = {
  en: {
    subject: (title: string) => `Welcome to “${title}”`,
    preview: (title: string) => `You are enrolled in “${title}”. Here is your way in.`,
    greeting: (name: string) => (name ? `Welcome, ${name}!` : 'Welcome!'),
    intro: 'You are enrolled. This is your course:',
    lessons: 'Lessons',
    language: 'Language',
    start: 'Start Learning',
    fallback: 'If the button does not work, open this address in your browser:',
    footer: 'You receive this email because you are enrolled in this course.',
  },
  de: {
    subject: (title: string) => `Willkommen im Kurs „${title}“`,
    preview: (title: string) => `Du bist in „${title}“ eingeschrieben. Hier geht es los.`,
    greeting: (name: string) => (name ? `Willkommen, ${name}!` : 'Willkommen!'),
    intro: 'Du bist eingeschrieben. Das ist dein Kurs:',
    lessons: 'Lektionen',
    language: 'Sprache',
    start: 'Jetzt lernen',
    fallback: 'Falls die Schaltfläche nicht funktioniert, öffne diese Adresse in deinem Browser:',
    footer: 'Du erhältst diese E-Mail, weil du in diesem Kurs eingeschrieben bist.',
  },
}

export type Locale = keyof typeof wordings
export type Wording = (typeof wordings)[Locale]

/** Chooses German for readers of German in any country, and English for everybody else. */
export function chooseLocale(locale: string | null | undefined): Locale {
  const language = guessLanguage(locale ?? '')
  return language !== null && new Intl.Locale(language).language === 'de' ? 'de' : 'en'
}

export function getWording(locale: Locale): Wording {
  return wordings[locale]
}

/** Returns the most specific name of a language in the reader's language, or null if it has none. */
export function nameLanguage(code: string, reader: Locale): string | null {
  const tag = guessLanguage(code)
  if (tag === null) return null
  const names = new Intl.DisplayNames([reader], { type: 'language', fallback: 'none' })
  const { baseName, language, script } = new Intl.Locale(tag)
  for (const known of [baseName, script && `${language}-${script}`, language]) {
    const name = known && names.of(known)
    if (name) return name
  }
  return null
}

// The Unicode blocks for right-to-left scripts such as Hebrew and Arabic.
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/** Makes a text safe within a sentence: right-to-left text does not reverse what surrounds it. */
export function isolate(text: string): string {
  return rightToLeft.test(text) ? `\u2068${text}\u2069` : text
}

/** Removes the characters that change the direction of the following text. In text from outside they could reach beyond it. */
export function dropTurns(text: string): string {
  return text.replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, '')
}
