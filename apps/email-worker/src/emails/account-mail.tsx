import { AppError } from '@coursewire/service-kit'
import { Heading, Section, Text } from 'react-email'
import { chooseLanguage, getWords, type Language } from '../words/languages.ts'
import type { NoticeWords, Words } from '../words/words.ts'
import { isolate } from './direction.ts'
import type { AccountRequest } from './directory.ts'
import { Action, Frame, heading, paragraph, renderMail, writePlainText } from './frame.tsx'
import type { Mail } from './mailer.ts'
import { getAddress, tameName } from './recipient.ts'
import type { Tenant } from './tenant.ts'

/** The mails about an account, as enrollment-api names what they are for. */
export type Purpose = { [Key in keyof Words]: Words[Key] extends NoticeWords ? Key : never }[keyof Words]

interface AccountMailProps {
  tenant: Tenant
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
export async function composeAccountMail(
  purpose: Purpose,
  request: AccountRequest,
  { tenant, webUrl }: { tenant: Tenant; webUrl: string },
): Promise<Mail> {
  const to = getAddress(request.email)
  const language = chooseLanguage(request.locale ?? tenant.locale)
  const words = getWords(language)
  const { subject, title, text, footer, ...rest } = words[purpose]
  const brand = isolate(tenant.name)
  const mail: AccountMailProps = {
    tenant,
    language,
    words,
    name: isolate(tameName(request.name)),
    title,
    texts: text.map((write) => write(brand)),
    footer: footer(brand),
    action:
      'action' in rest
        ? {
            url: `${webUrl}/app/${pageOf(purpose)}#token=${encodeURIComponent(getToken(request))}`,
            label: rest.action,
            note: words.validUntil(formatMoment(request.expiresAt, language, tenant.timeZone)),
          }
        : null,
  }
  return {
    from: tenant.sender,
    replyTo: tenant.replyTo,
    to,
    subject: subject(brand),
    html: renderMail(<AccountMail {...mail} />),
    text: toPlainText(mail),
  }
}

/** The page that a link leads to. It has to know what the link is for, which a token does not tell. */
const pages: Partial<Record<Purpose, string>> = {
  password_reset: 'new-password',
  news_confirmation: 'confirm-subscription',
}
const pageOf = (purpose: Purpose) => pages[purpose] ?? 'verify'

function getToken({ token }: AccountRequest): string {
  if (token === null) throw new AppError('invalid', 'request.without-link', 'the request has no link')
  return token
}

function formatMoment(moment: string, language: Language, timeZone: string): string {
  const format = new Intl.DateTimeFormat(language, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
    timeZone,
  })
  return format.format(new Date(moment))
}

function AccountMail({ tenant, language, words, name, title, texts, footer, action }: AccountMailProps) {
  return (
    <Frame {...{ tenant, language, words, footer }} preview={texts[0] ?? title}>
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
          <Action tenant={tenant} {...action} words={words} />
        </Section>
      )}
    </Frame>
  )
}

function toPlainText({ tenant, words, name, texts, footer, action }: AccountMailProps): string {
  return writePlainText([
    words.greeting(name),
    ...texts,
    ...(action ? [`${action.label}: ${action.url}`, action.note] : []),
    footer,
    tenant.postalAddress,
  ])
}
