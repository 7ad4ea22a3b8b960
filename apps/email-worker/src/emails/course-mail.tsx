import { cutText, guessLanguage, showLine, showText, splitAtLinks } from '@coursewire/events'
import { AppError } from '@coursewire/service-kit'
import { Column, Heading, Link, Row, Section, Text } from 'react-email'
import { chooseLanguage, getWords, type Language } from '../words/languages.ts'
import type { CourseWords, Words } from '../words/words.ts'
import { type Day, writeCalendar } from './calendar.ts'
import { dropTurns, isolate } from './direction.ts'
import type { Course } from './directory.ts'
import { Action, Frame, heading, light, paragraph, renderMail, writePlainText } from './frame.tsx'
import type { Mail } from './mailer.ts'
import { getAddress, tameName, tameText } from './recipient.ts'
import type { Tenant } from './tenant.ts'

const MAX_TITLE_LENGTH = 120
const MAX_TEXT_LENGTH = 600
const cell = { borderTop: `1px solid ${light.line}`, fontSize: 15, lineHeight: '22px', padding: '10px 0' }

export interface Reader {
  name: string | null
  email: string
  locale?: string | null | undefined
  /** Null for mails that one cannot unsubscribe from. */
  unsubscribeUrl: string | null
}

/** The part of a mail that its occasion adds to the course. */
export interface Occasion {
  says: CourseWords
  greeting: string
  /** In the language of the course, below its title. They may be blank. */
  texts: CourseText[]
  facts?: { label: string; value: string }[]
  /** A day for the reader's calendar. */
  day?: Pick<Day, 'uid' | 'date' | 'writtenAt'>
}

interface CourseText {
  heading?: string
  text: string
  maxLength?: number
  /** Whether its https links can be clicked. */
  hasLinks?: boolean
}

interface CourseMailProps extends Required<Omit<Occasion, 'says' | 'day'>> {
  tenant: Tenant
  language: Language
  words: Words
  preview: string
  intro: string
  title: string
  courseLanguage: string | undefined
  action: { url: string; label: string }
  footer: string
  unsubscribeUrl: string | null
}

/**
 * Writes a mail about a course in the reader's language. All text from outside stays plain text. Throws an `invalid` AppError if this mail can
 * never be sent.
 */
export async function composeCourseMail(
  reader: Reader,
  course: Pick<Course, 'slug' | 'title' | 'language'>,
  { tenant, webUrl }: { tenant: Tenant; webUrl: string },
  describe: (words: Words, name: string, language: Language) => Occasion,
): Promise<Mail> {
  const to = getAddress(reader.email)
  const language = chooseLanguage(reader.locale ?? tenant.locale)
  const words = getWords(language)
  const title = cutText(dropTurns(showLine(course.title)), MAX_TITLE_LENGTH)
  if (title === '') throw new AppError('invalid', 'course.blank', 'the course title is blank')
  const { says, greeting, texts, facts = [], day } = describe(words, isolate(tameName(reader.name ?? '')), language)
  const brand = isolate(tenant.name)
  const { unsubscribeUrl } = reader
  const mail: CourseMailProps = {
    tenant,
    language,
    words,
    preview: says.preview(isolate(title)),
    greeting,
    intro: says.intro(brand),
    title,
    courseLanguage: guessLanguage(course.language) ?? undefined,
    texts: texts
      .map(({ text, maxLength = MAX_TEXT_LENGTH, ...about }) => ({
        ...about,
        text: readText(text, maxLength, about.hasLinks),
      }))
      .filter(({ text }) => text !== ''),
    facts,
    action: { url: `${webUrl}/courses/${encodeURIComponent(course.slug)}`, label: says.action },
    footer: says.footer(brand),
    unsubscribeUrl,
  }
  return {
    from: tenant.sender,
    replyTo: tenant.replyTo,
    to,
    subject: says.subject(isolate(title)),
    html: renderMail(<CourseMail {...mail} />),
    text: toPlainText(mail),
    ...(unsubscribeUrl !== null && { unsubscribeUrl }),
    ...(day && {
      attachments: [
        {
          filename: 'course.ics',
          contentType: 'text/calendar; method=PUBLISH; charset=utf-8',
          content: writeCalendar({ ...day, title, url: mail.action.url }),
        },
      ],
    }),
  }
}

function readText(text: string, maxLength: number, hasLinks = false): string {
  const shown = cutText(dropTurns(showText(text)), maxLength)
  return hasLinks ? tameText(shown) : shown
}

function CourseMail(props: CourseMailProps) {
  const { tenant, language, words, preview, greeting, intro, title, courseLanguage, texts, facts } = props
  const { action, footer, unsubscribeUrl } = props
  return (
    <Frame {...{ tenant, language, words, preview, footer, unsubscribeUrl }}>
      <Text className="text" style={{ ...paragraph, fontSize: 20, fontWeight: 600 }}>
        {greeting}
      </Text>
      <Text className="muted" style={{ ...paragraph, color: light.muted }}>
        {intro}
      </Text>
      <Heading as="h1" lang={courseLanguage} dir="auto" className="text title" style={heading}>
        {title}
      </Heading>
      {texts.map(({ heading: above, text, hasLinks }) => (
        <Section key={`${above}${text}`}>
          {above && (
            <Heading as="h2" className="text" style={{ ...heading, fontSize: 18, lineHeight: '26px' }}>
              {above}
            </Heading>
          )}
          <Text lang={courseLanguage} dir="auto" className="text" style={{ ...paragraph, whiteSpace: 'pre-line' }}>
            {hasLinks ? <Linked text={text} /> : text}
          </Text>
        </Section>
      ))}
      <Section style={{ margin: facts.length > 0 ? '24px 0 32px' : '0 0 12px' }}>
        {facts.map(({ label, value }) => (
          <Row key={label}>
            <Column className="muted line" style={{ ...cell, color: light.muted, width: '40%' }}>
              {label}
            </Column>
            <Column className="text line" style={{ ...cell, color: light.text }}>
              {value}
            </Column>
          </Row>
        ))}
      </Section>
      <Action tenant={tenant} {...action} words={words} />
    </Frame>
  )
}

function Linked({ text }: { text: string }) {
  return splitAtLinks(text).map((part, index) =>
    part.isLink ? (
      // Two links may be equal.
      <Link
        key={index}
        href={part.text}
        className="text"
        style={{ color: light.text, textDecorationLine: 'underline' }}
      >
        {part.text}
      </Link>
    ) : (
      part.text
    ),
  )
}

function toPlainText(mail: CourseMailProps): string {
  const { tenant, words, greeting, intro, title, texts, facts, action, footer, unsubscribeUrl } = mail
  return writePlainText([
    greeting,
    intro,
    isolate(title),
    ...texts.flatMap(({ heading: above, text }) => [above ?? null, text]),
    facts.map(({ label, value }) => `${label}: ${value}`).join('\n'),
    `${action.label}: ${action.url}`,
    footer,
    unsubscribeUrl === null ? null : `${words.unsubscribe}: ${unsubscribeUrl}`,
    tenant.postalAddress,
  ])
}
