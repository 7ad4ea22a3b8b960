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

/** German for whoever reads German, of any country; English for everybody else. */
export function chooseLocale(locale: string | null | undefined): Locale {
  return /^de\b/i.test(locale ?? '') ? 'de' : 'en'
}

export function getWording(locale: Locale): Wording {
  return wordings[locale]
}

/** The language's name as its reader calls it; the code itself where it is none. */
export function nameLanguage(code: string, reader: Locale): string {
  try {
    return new Intl.DisplayNames([reader], { type: 'language' }).of(code) ?? code
  } catch {
    return code
  }
}
