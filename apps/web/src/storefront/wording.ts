/** The languages that pages are written in. Courses can be in any. */
export type Language = 'de' | 'en'

/** Everything that the storefront says, in one language. */
export interface Words {
  courses: string
  myCourses: string
  signIn: string
  skip: string
  theme: string
  tagline: string
  /** The list of courses in this language, for readers of any language. */
  list: string
  breadcrumb: string
  /** On a course page. */
  about: string
  audience: string
  glance: string
  extent: string
  lessons: (count: number) => string
  /** What the picture of a course shows, for who does not see it. */
  path: (lessons: number) => string
  start: string
  finish: string
  workload: string
  language: string
  begins: string
  anyTime: string
  edition: string
  /** Leads to the feed of what is new in the course. */
  changes: string
  alsoIn: (language: string) => string
  variants: string
  alsoChosen: string
  needsAccount: string
  continue: string
  /** What the button answers. */
  enrolled: string
  refused: string
  unreachable: string
  /** On a list. */
  listTitle: string
  listDescription: (site: string) => string
  search: string
  searchFor: string
  allCourses: string
  results: (query: string) => string
  /** Read out with the chosen target group, which leads back to all. */
  allAudiences: string
  nothingFound: string
  nothingFoundHint: string
  nothingYet: string
  nothingYetHint: string
  nextPage: string
  firstPage: string
  /** Leads from a target group to where one asks to be told of its new courses. */
  news: (targetGroup: string) => string
  /** The page that a link to unsubscribe leads to, before and after. */
  unsubscribe: {
    ask: { title: string; text: string; button: string }
    done: { title: string; text: string }
    over: { title: string; text: string }
  }
  /** Pages that say why there is no course. */
  messages: Record<MessageKind, { title: string; text: string }>
}

export type MessageKind = 'not-found' | 'gone' | 'unavailable'

const de: Words = {
  courses: 'Kurse',
  myCourses: 'Meine Kurse',
  signIn: 'Anmelden',
  skip: 'Zum Inhalt',
  theme: 'Helles oder dunkles Aussehen',
  tagline: 'Lernen, Lektion für Lektion.',
  list: 'Kurse auf Deutsch',
  breadcrumb: 'Pfad',
  about: 'Darum geht es',
  audience: 'Für wen',
  glance: 'Auf einen Blick',
  extent: 'Umfang',
  lessons: (count) => (count === 1 ? '1 Lektion' : `${count} Lektionen`),
  path: (lessons) => `Der Kurs als Weg mit ${lessons} Lektionen`,
  start: 'Anfang',
  finish: 'Ziel',
  workload: 'Aufwand',
  language: 'Sprache',
  begins: 'Beginn',
  anyTime: 'jederzeit',
  edition: 'Ausgabe',
  changes: 'Neues im Kurs als Feed',
  alsoIn: (language) => `Auch auf ${language}:`,
  variants: 'Derselbe Stoff, näher am eigenen Alltag',
  alsoChosen: 'Wer diesen Kurs belegt, hat auch gewählt',
  needsAccount: 'Ein Konto genügt.',
  continue: 'Weiterlernen',
  enrolled: 'Eingeschrieben. Viel Freude beim Lernen!',
  refused: 'Dieser Kurs lässt sich gerade nicht belegen.',
  unreachable: 'Das Einschreiben hat nicht geklappt. Bitte noch einmal versuchen.',
  listTitle: 'Kurse',
  listDescription: (site) => `Alle Kurse von ${site}, mit Suche nach Thema und Zielgruppe.`,
  search: 'Suchen',
  searchFor: 'Thema oder Titel',
  allCourses: 'Alle Kurse',
  results: (query) => `Kurse zu „${query}“`,
  allAudiences: '(gewählt, zu allen Zielgruppen)',
  nothingFound: 'Dazu gibt es noch keinen Kurs',
  nothingFoundHint: 'Ein anderes Wort hilft vielleicht weiter, oder ein Blick auf alle Kurse.',
  nothingYet: 'Noch keine Kurse',
  nothingYetHint: 'Die ersten Kurse erscheinen bald hier.',
  nextPage: 'Weitere Kurse',
  firstPage: 'Zurück zum Anfang der Liste',
  news: (targetGroup) => `Neues über Kurse für ${targetGroup} per E-Mail`,
  unsubscribe: {
    ask: {
      title: 'Keine solchen Mails mehr?',
      text: 'Ein Klick genügt, und Mails dieser Art kommen nicht mehr. Alle anderen kommen weiter.',
      button: 'Abbestellen',
    },
    done: {
      title: 'Abbestellt',
      text: 'Mails dieser Art kommen nicht mehr. Eine, die schon unterwegs ist, kann noch ankommen.',
    },
    over: {
      title: 'Dieser Link ist nicht vollständig',
      text: 'Öffne ihn noch einmal aus der Mail. Wer ein Konto hat, kann die Mails auch dort abbestellen.',
    },
  },
  messages: {
    'not-found': { title: 'Diese Seite gibt es nicht', text: 'Vielleicht ist die Adresse nicht vollständig.' },
    gone: { title: 'Diesen Kurs gibt es nicht mehr', text: 'Er wird nicht mehr angeboten. Andere Kurse schon.' },
    unavailable: {
      title: 'Gerade geht es nicht',
      text: 'Diese Seite lässt sich im Moment nicht zeigen. In ein paar Minuten klappt es wahrscheinlich wieder.',
    },
  },
}

const en: Words = {
  courses: 'Courses',
  myCourses: 'My courses',
  signIn: 'Sign in',
  skip: 'Skip to content',
  theme: 'Light or dark appearance',
  tagline: 'Learning, one lesson at a time.',
  list: 'Courses in English',
  breadcrumb: 'Breadcrumb',
  about: 'What it is about',
  audience: 'Who it is for',
  glance: 'At a glance',
  extent: 'Extent',
  lessons: (count) => (count === 1 ? '1 lesson' : `${count} lessons`),
  path: (lessons) => `The course as a path of ${lessons} lessons`,
  start: 'Start',
  finish: 'Finish',
  workload: 'Workload',
  language: 'Language',
  begins: 'Begins',
  anyTime: 'at any time',
  edition: 'Edition',
  changes: 'What is new, as a feed',
  alsoIn: (language) => `Also in ${language}:`,
  variants: 'The same material, closer to your work',
  alsoChosen: 'Learners of this course also chose',
  needsAccount: 'All it takes is an account.',
  continue: 'Continue Learning',
  enrolled: 'You are enrolled. Enjoy the course!',
  refused: 'You cannot join this course at the moment.',
  unreachable: 'Enrolling did not work. Please try again.',
  listTitle: 'Courses',
  listDescription: (site) => `All courses of ${site}, to search by subject and audience.`,
  search: 'Search',
  searchFor: 'Subject or title',
  allCourses: 'All courses',
  results: (query) => `Courses about “${query}”`,
  allAudiences: '(chosen, back to all audiences)',
  nothingFound: 'There is no course about this yet',
  nothingFoundHint: 'Another word may help, or a look at all courses.',
  nothingYet: 'No courses yet',
  nothingYetHint: 'The first courses will appear here soon.',
  nextPage: 'More courses',
  firstPage: 'Back to the start of the list',
  news: (targetGroup) => `News about courses for ${targetGroup} by email`,
  unsubscribe: {
    ask: {
      title: 'No more of these mails?',
      text: 'One click, and no more mails of this kind are sent. All others still come.',
      button: 'Unsubscribe',
    },
    done: {
      title: 'Unsubscribed',
      text: 'No more mails of this kind are sent. One that is on its way may still arrive.',
    },
    over: {
      title: 'This link is not complete',
      text: 'Open it once more from the mail. If you have an account, you can also switch the mails off there.',
    },
  },
  messages: {
    'not-found': { title: 'There is no such page', text: 'Perhaps the address is not complete.' },
    gone: {
      title: 'This course is no longer offered',
      text: 'It was taken out of the catalogue. Other courses are there.',
    },
    unavailable: {
      title: 'Not possible right now',
      text: 'This page cannot be shown at the moment. It will probably work again in a few minutes.',
    },
  },
}

const words: Record<Language, Words> = { de, en }
export const languages = Object.keys(words) as Language[]

/** Whether a text in the language of the tag can be read by who reads this language: German for Austria is German. */
export const isIn = (language: Language, tag: string) => tag.toLowerCase().split(/[-_]/)[0] === language

/** Returns the language of the words around content in any language, or English if there are no words in its own. */
export const chooseLanguage = (tag: string) => languages.find((language) => isIn(language, tag)) ?? 'en'

export const getWords = (language: Language): Words => words[language]
