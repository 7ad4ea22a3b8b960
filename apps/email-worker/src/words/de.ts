import type { Words } from './words.ts'

export const de: Words = {
  fallback: 'Falls die Schaltfläche nicht funktioniert, öffne diese Adresse in deinem Browser:',
  validUntil: (moment) => `Der Link funktioniert einmal, bis ${moment}.`,
  welcome: {
    subject: (title) => `Willkommen im Kurs „${title}“`,
    preview: (title) => `Du bist in „${title}“ eingeschrieben. Hier geht es los.`,
    intro: () => 'Du bist eingeschrieben. Das ist dein Kurs:',
    action: 'Jetzt lernen',
    footer: () => 'Du erhältst diese E-Mail, weil du in diesem Kurs eingeschrieben bist.',
  },
  gift: {
    subject: (title) => `Du hast den Kurs „${title}“ geschenkt bekommen`,
    preview: (title) => `„${title}“ gehört dir. Hier geht es los.`,
    intro: (brand) => `${brand} schenkt dir einen Kurs. Du bist eingeschrieben und kannst sofort anfangen:`,
    action: 'Jetzt lernen',
    footer: (brand) => `Du erhältst diese E-Mail, weil ${brand} dich in diesen Kurs eingeschrieben hat.`,
  },
  welcomeGreeting: (name) => (name ? `Willkommen, ${name}!` : 'Willkommen!'),
  lessons: 'Lektionen',
  starts: 'Beginn',
  language: 'Sprache',
  greeting: (name) => (name ? `Hallo ${name},` : 'Hallo,'),
  verification: {
    subject: (brand) => `Bestätige deine E-Mail-Adresse für ${brand}`,
    title: 'Bestätige deine E\u2011Mail-Adresse',
    text: [
      (brand) => `Du hast dich mit dieser Adresse bei ${brand} registriert. Bestätige sie, und dein Konto ist bereit.`,
    ],
    action: 'Adresse bestätigen',
    footer: (brand) =>
      `Du erhältst diese E-Mail, weil sich jemand mit dieser Adresse bei ${brand} registriert hat. Falls du es nicht warst, ignoriere sie: Ohne Bestätigung entsteht kein Konto.`,
  },
  signup_repeated: {
    subject: (brand) => `Du hast schon ein Konto bei ${brand}`,
    title: 'Du hast schon ein Konto',
    text: [
      (brand) =>
        `Jemand, wahrscheinlich du, hat sich mit dieser Adresse bei ${brand} registriert. Sie hat schon ein Konto, und daran wurde nichts geändert.`,
      () =>
        'Melde dich an wie gewohnt. Wenn du dein Passwort vergessen hast, kannst du es bei der Anmeldung zurücksetzen.',
    ],
    footer: (brand) =>
      `Du erhältst diese E-Mail, weil zu dieser Adresse ein Konto bei ${brand} gehört. Falls du es nicht warst, brauchst du nichts zu tun.`,
  },
  password_reset: {
    subject: (brand) => `Setze dein Passwort für ${brand} zurück`,
    title: 'Setze dein Passwort zurück',
    text: [
      (brand) => `Jemand, wahrscheinlich du, möchte ein neues Passwort für dein Konto bei ${brand}. Wähle es hier:`,
    ],
    action: 'Neues Passwort wählen',
    footer: () => 'Falls du es nicht warst, ignoriere diese E-Mail: Dein Passwort bleibt, wie es ist.',
  },
  password_changed: {
    subject: (brand) => `Dein Passwort für ${brand} wurde geändert`,
    title: 'Dein Passwort wurde geändert',
    text: [
      (brand) => `Dein Konto bei ${brand} hat ein neues Passwort. Auf allen anderen Geräten bist du abgemeldet.`,
      () => 'Falls du es nicht warst, setze dein Passwort sofort zurück, bei der Anmeldung.',
    ],
    footer: (brand) => `Du erhältst diese E-Mail, weil zu dieser Adresse ein Konto bei ${brand} gehört.`,
  },
  address_change: {
    subject: (brand) => `Bestätige deine neue E-Mail-Adresse für ${brand}`,
    title: 'Bestätige deine neue E\u2011Mail-Adresse',
    text: [
      (brand) =>
        `Du möchtest diese Adresse für dein Konto bei ${brand} verwenden. Bestätige sie; bis dahin bleibt deine bisherige Adresse.`,
    ],
    action: 'Neue Adresse bestätigen',
    footer: () => 'Falls du es nicht warst, ignoriere diese E-Mail: Ohne Bestätigung ändert sich nichts.',
  },
  address_changed: {
    subject: (brand) => `Deine E-Mail-Adresse bei ${brand} wurde geändert`,
    title: 'Deine E\u2011Mail-Adresse wurde geändert',
    text: [
      (brand) => `Dein Konto bei ${brand} hat eine neue E-Mail-Adresse. Diese hier gehört nicht mehr dazu.`,
      (brand) => `Falls du es nicht warst, wende dich sofort an ${brand}.`,
    ],
    footer: (brand) => `Du erhältst diese E-Mail, weil dein Konto bei ${brand} bis jetzt diese Adresse hatte.`,
  },
  news_confirmation: {
    subject: (brand) => `Bestätige, dass du Neues über Kurse von ${brand} möchtest`,
    title: 'Möchtest du Neues über Kurse?',
    text: [
      (brand) =>
        `Jemand, wahrscheinlich du, hat ${brand} gebeten, Neues über Kurse an diese Adresse zu schicken. Bestätige es, und du bekommst es.`,
    ],
    action: 'Neues bestätigen',
    footer: () => 'Falls du es nicht warst, ignoriere diese E-Mail: Ohne Bestätigung kommt nichts.',
  },
  enrollment_cancelled: {
    subject: (title) => `Du hast den Kurs „${title}“ verlassen`,
    preview: (title) => `Du bist nicht mehr in „${title}“ eingeschrieben.`,
    intro: () =>
      'Du hast diesen Kurs verlassen. Auf seiner Seite kannst du dich jederzeit wieder einschreiben; er beginnt dann von vorn.',
    action: 'Kurs ansehen',
    footer: (brand) =>
      `Du erhältst diese E-Mail von ${brand}, weil du diesen Kurs verlassen hast. Falls du es nicht warst, setze dein Passwort zurück, bei der Anmeldung.`,
  },
  launch: {
    subject: (title) => `Neu: „${title}“`,
    preview: (title) => `„${title}“ ist gerade erschienen.`,
    intro: () => 'Ein neuer Kurs, der zu dir passen könnte:',
    action: 'Kurs ansehen',
    footer: (brand) => `Du erhältst diese E-Mail, weil du Neuigkeiten über solche Kurse von ${brand} möchtest.`,
  },
  notice: {
    subject: (title) => `„${title}“ ist da`,
    preview: (title) => `„${title}“ steht jetzt im Katalog.`,
    intro: () => 'Dieser Kurs steht jetzt im Katalog:',
    action: 'Kurs ansehen',
    footer: (brand) =>
      `Du erhältst diese E-Mail von ${brand}, weil du in diesem Kurs eingeschrieben bist oder von ihm hören wolltest.`,
  },
  change: {
    subject: (title) => `Neu in „${title}“`,
    preview: (title) => `„${title}“ hat eine neue Version.`,
    intro: () => 'Dein Kurs hat eine neue Version:',
    action: 'Kurs öffnen',
    footer: (brand) => `Du erhältst diese E-Mail von ${brand}, weil du in diesem Kurs eingeschrieben bist.`,
  },
  newInVersion: (version) => `Neu in Version ${version}`,
  unsubscribe: 'Diese E\u2011Mails abbestellen',
}
