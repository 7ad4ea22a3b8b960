/** Everything that mails say, in one language. */
export interface Words {
  /** Above the link that a button leads to. */
  fallback: string
  /** `moment` is when the link ends. */
  validUntil: (moment: string) => string
  welcome: CourseWords
  /** To a student who did not enrol, but was enrolled by others. */
  gift: CourseWords
  /** The first line of both. */
  welcomeGreeting: (name: string) => string
  lessons: string
  starts: string
  language: string
  /** The first line of all other mails. */
  greeting: (name: string) => string
  verification: LinkWords
  signup_repeated: NoticeWords
  password_reset: LinkWords
  password_changed: NoticeWords
  address_change: LinkWords
  address_changed: NoticeWords
  news_confirmation: LinkWords
  enrollment_cancelled: CourseWords
  launch: CourseWords
  notice: CourseWords
  change: CourseWords
  /** Above what an editor has written about it. */
  newInVersion: (version: string) => string
  /** The link with which one gets no more mails of this kind. */
  unsubscribe: string
}

/** A mail about the account. `brand` is what its owner knows the product as. */
export interface NoticeWords {
  subject: (brand: string) => string
  title: string
  text: ((brand: string) => string)[]
  /** Why one receives it, and what to do if it was somebody else. */
  footer: (brand: string) => string
}

/** A mail with a link that its reader has to open. */
interface LinkWords extends NoticeWords {
  action: string
}

/** A mail about a course. */
export interface CourseWords {
  subject: (title: string) => string
  preview: (title: string) => string
  /** Stands above the title. */
  intro: (brand: string) => string
  action: string
  /** Says why one receives it. */
  footer: (brand: string) => string
}
