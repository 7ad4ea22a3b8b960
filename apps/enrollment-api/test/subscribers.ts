import { randomUUID } from 'node:crypto'
import type { Service } from './helpers.ts'
import { callAs, type Mail, readMails } from './people.ts'

interface Asked {
  email: string
  targetGroups?: string[]
  courseId?: string
  locale?: string
}

export const askForNews = (service: Service, asked: Asked) => callAs(service, null)('POST', '/api/subscriptions', asked)

export const confirmNews = (service: Service, token: string | undefined) =>
  callAs(service, null)('POST', '/api/subscriptions/confirm', { token })

/** The mails that ask the owner of the address to confirm, as they would be written now. */
export async function newsMails(service: Service, email: string): Promise<(Mail & { accountId: string })[]> {
  const mails: (Mail & { accountId: string })[] = []
  const { rows } = await service.admin.query<{ accountId: string }>(
    `SELECT DISTINCT ON (account_id) account_id AS "accountId" FROM account_requests
     WHERE email_key = lower($1) AND purpose = 'news_confirmation'`,
    [email],
  )
  for (const { accountId } of rows) {
    for (const mail of await readMails(service, accountId)) mails.push({ ...mail, accountId })
  }
  return mails
}

/** Somebody who has confirmed that they want news: of beginners' courses, unless something else is asked for. */
export async function aSubscriber(service: Service, asked: Partial<Asked> = {}) {
  const email = asked.email ?? `ada.${randomUUID()}@example.com`
  const wanted = asked.targetGroups || asked.courseId ? {} : { targetGroups: ['beginners'] }
  await askForNews(service, { ...wanted, ...asked, email })
  const mail = (await newsMails(service, email)).at(-1)
  await confirmNews(service, mail?.token)
  return { id: mail?.accountId ?? '', email }
}
