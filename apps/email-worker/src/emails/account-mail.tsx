import { AppError } from '@coursewire/service-kit'
import { Heading, render, Section, Text } from 'react-email'
import { chooseLanguage, getWords, type Language } from '../words/languages.ts'
import type { NoticeWords, Words } from '../words/words.ts'
import { isolate } from './direction.ts'
import type { AccountRequest } from './directory.ts'
import { Action, Frame, heading, paragraph, product, writePlainText } from './frame.tsx'
import type { Mail } from './mailer.ts'
import { getAddress, tameName } from './recipient.ts'

/** The mails about an account, as enrollment-api names what they are for. */
export type Purpose = { [Key in keyof Words]: Words[Key] extends NoticeWords ? Key : never }[keyof Words]

interface AccountMailProps {
  language: Language
  words: Words
  name: string
  title: string
  texts: string[]
  footer: string
  action: { url: string; label: string; note: string } | null
}

/**
 * Writes a mail about an account in the language of its owner. All text from outside stays plain text. Throws an `invalid` AppError if this
 * mail can never be sent.
 */
export async function composeAccountMail(purpose: Purpose, request: AccountRequest, webUrl: string): Promise<Mail> {
  const to = getAddress(request.email)
  const language = chooseLanguage(request.locale)
  const words = getWords(language)
  const { subject, title, text, footer, ...rest } = words[purpose]
  const mail: AccountMailProps = {
    language,
    words,
    name: isolate(tameName(request.name)),
    title,
    texts: text.map((write) => write(product)),
    footer: footer(product),
    action:
      'action' in rest
        ? {
            url: `${webUrl}/app/verify#token=${encodeURIComponent(getToken(request))}`,
            label: rest.action,
            note: words.validUntil(formatMoment(request.expiresAt, language)),
          }
        : null,
  }
  return { to, subject: subject(product), html: await render(<AccountMail {...mail} />), text: toPlainText(mail) }
}

function getToken({ token }: AccountRequest): string {
  if (token === null) throw new AppError('invalid', 'request.without-link', 'the request has no link')
  return token
}

function formatMoment(moment: string, language: Language): string {
  const format = new Intl.DateTimeFormat(language, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
    timeZone: 'UTC',
  })
  return format.format(new Date(moment))
}

function AccountMail({ language, words, name, title, texts, footer, action }: AccountMailProps) {
  return (
    <Frame language={language} preview={texts[0] ?? title} footer={footer}>
      <Heading as="h1" className="text title" style={{ ...heading, margin: '0 0 20px' }}>
        {title}
      </Heading>
      {[words.greeting(name), ...texts].map((text) => (
        <Text key={text} className="text" style={paragraph}>
          {text}
        </Text>
      ))}
      {action && (
        <Section style={{ paddingTop: 8 }}>
          <Action {...action} words={words} />
        </Section>
      )}
    </Frame>
  )
}

function toPlainText({ words, name, texts, footer, action }: AccountMailProps): string {
  return writePlainText([
    words.greeting(name),
    ...texts,
    ...(action ? [`${action.label}: ${action.url}`, action.note] : []),
    footer,
  ])
}
