import { languages } from '@coursewire/events'
import type { newsKinds } from '../db/schema.ts'
import { composeAccountMail, type Purpose } from '../emails/account-mail.tsx'
import type { Mail } from '../emails/mailer.ts'
import { composeNewsMail } from '../emails/news-mail.ts'
import { product, type Tenant } from '../emails/tenant.ts'
import { composeCancellationMail, composeWelcomeMail } from '../emails/welcome-mail.ts'
import type { Language } from '../words/languages.ts'

/** Readers and courses that the mails are shown with: in the languages of the mails, and in a script from right to left. */
const directions = ['ltr', 'rtl'] as const

type NewsKind = (typeof newsKinds)[number]

interface Example {
  language: Language
  direction: (typeof directions)[number]
}

const webUrl = 'https://learn.example.com'
const at = '2027-01-04T09:30:00.000000Z'

const people = { en: 'Ada King', de: 'Änne Groß' }
const texts = {
  en: {
    title: 'Sourdough for beginners',
    description: 'From flour and water to a loaf.\nYou need an oven, a bowl and a little patience.',
    welcomeText:
      'We meet on the first day at six in the evening. Say hello to the others before that: https://forum.example.com/sourdough',
    changelog: 'Lesson 4 is new: wholemeal.\nThe recipe of lesson 2 has less salt, see https://learn.example.com/salt',
  },
  de: {
    title: 'Sauerteig für Einsteigerinnen und Einsteiger',
    description: 'Von Mehl und Wasser zum Brot.\nDu brauchst einen Ofen, eine Schüssel und etwas Geduld.',
    welcomeText:
      'Wir treffen uns am ersten Tag um 18 Uhr. Sag den anderen schon vorher Hallo: https://forum.example.com/sauerteig',
    changelog:
      'Lektion 4 ist neu: Vollkorn.\nIm Rezept von Lektion 2 ist weniger Salz, siehe https://learn.example.com/salz',
  },
  rtl: {
    title: 'خبز العجين المخمر للمبتدئين',
    description: 'من الدقيق والماء إلى الرغيف.',
    welcomeText: 'نلتقي في اليوم الأول: https://forum.example.com/bread',
    changelog: 'درس جديد: الخبز الأسمر.',
  },
}

function imagine({ language, direction }: Example) {
  const isRtl = direction === 'rtl'
  const { changelog, ...text } = texts[isRtl ? 'rtl' : language]
  const tenant: Tenant = {
    ...product,
    name: isRtl ? 'أكاديمية الخبز' : 'Coursewire',
    timeZone: 'Europe/Berlin',
    postalAddress: isRtl ? 'شارع الخباز ١\nالقاهرة' : 'Moosweg 1\n10115 Berlin',
  }
  const person = { name: isRtl ? 'دينا' : people[language], email: 'reader@example.com', locale: language }
  const course = {
    slug: 'sourdough',
    language: isRtl ? 'ar' : language,
    totalLessons: 12,
    startsAt: '2027-01-12',
    ...text,
  }
  return { person, course, changelog, options: { tenant, webUrl } }
}

function welcome(example: Example, source: string): Promise<Mail> {
  const { person, course, options } = imagine(example)
  return composeWelcomeMail(person, course, { ...options, source, enrolment: 'example', at })
}

function news(kind: NewsKind): (example: Example) => Promise<Mail> {
  return (example) => {
    const { person, course, changelog, options } = imagine(example)
    const recipient = { ...person, unsubscribeUrl: `${webUrl}/unsubscribe/example` }
    const versions = kind === 'change' ? [{ version: 'v2', changelog }] : []
    return composeNewsMail(kind, { recipient, course, versions }, options)
  }
}

function account(purpose: Purpose): (example: Example) => Promise<Mail> {
  return (example) => {
    const { person, options } = imagine(example)
    const request = { ...person, purpose, accountId: 'usr_1', token: 'example', expiresAt: '2027-01-05T09:30:00Z' }
    return composeAccountMail(purpose, request, options)
  }
}

/** Every mail that there is. */
export const examples: Record<
  'welcome' | 'gift' | 'enrollment_cancelled' | NewsKind | Purpose,
  (example: Example) => Promise<Mail>
> = {
  welcome: (example) => welcome(example, 'manual'),
  gift: (example) => welcome(example, 'gift'),
  enrollment_cancelled(example) {
    const { person, course, options } = imagine(example)
    return composeCancellationMail(person, course, options)
  },
  launch: news('launch'),
  notice: news('notice'),
  change: news('change'),
  news_confirmation: account('news_confirmation'),
  verification: account('verification'),
  signup_repeated: account('signup_repeated'),
  password_reset: account('password_reset'),
  password_changed: account('password_changed'),
  address_change: account('address_change'),
  address_changed: account('address_changed'),
}

export async function composeAll() {
  const wanted = Object.entries(examples).flatMap(([name, compose]) =>
    directions.flatMap((direction) => languages.map((language) => ({ name, language, direction, compose }))),
  )
  return Promise.all(
    wanted.map(async ({ compose, ...about }) => ({
      ...about,
      path: `/${about.name}.${about.language}.${about.direction}`,
      mail: await compose(about),
    })),
  )
}
