import { randomUUID } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import { provisionUser } from '../src/accounts/provision.ts'
import { anOpenCourse, type Service, waitUntilBlocked } from './helpers.ts'

let callers = 0
/** An address in a network of its own, so that the limits of two callers do not meet. */
export const anIp = () => `10.${++callers >> 8}.${callers & 255}.1`

/** Sends a request from a new address, or from the one that is given. */
export function callAs(service: Service, token: string | null, ip = anIp()) {
  return (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    payload?: object,
  ): Promise<LightMyRequestResponse> =>
    service.app.inject({
      method,
      url,
      remoteAddress: ip,
      ...(payload && { payload }),
      ...(token !== null && { headers: { authorization: `Bearer ${token}` } }),
    })
}

type Details = Parameters<typeof provisionUser>[1]

/** An account with a password, as an operator makes it. */
export async function anAccount({ ctx }: Pick<Service, 'ctx'>, details: Partial<Details> = {}) {
  const account: Details = {
    tenantId: 'acme',
    email: `${randomUUID()}@example.com`,
    password: randomUUID(),
    name: 'Ada',
    locale: 'de',
    roles: ['student'],
    ...details,
  }
  return { ...account, ...(await provisionUser(ctx.db, account)) }
}

const alterations = {
  disabled: 'disabled_at = now()',
  enabled: 'disabled_at = NULL',
  unverified: 'verified_at = NULL',
  editor: `roles = '{editor}'`,
  erased: 'erased_at = now(), email = NULL, email_key = NULL, name = NULL, locale = NULL, password_hash = NULL',
}
/** Makes accounts what they are to be, whatever else belongs to that. */
export const alter = (
  { admin }: { admin: Pick<Service['admin'], 'query'> },
  change: keyof typeof alterations,
  ...accounts: { id: string }[]
) => admin.query(`UPDATE users SET ${alterations[change]} WHERE id = ANY ($1)`, [accounts.map(({ id }) => id)])

/** Somebody with an account who has signed in. */
export async function aPerson(service: Service, details: Partial<Details> = {}) {
  const { id, email, password } = await anAccount(service, details)
  const signedIn = await signIn(service, email, password)
  const { token, refreshToken } = signedIn.json<{ token: string; refreshToken: string }>()
  return { id, email, password, token, refreshToken, call: callAs(service, token) }
}

/** Somebody of whom much is stored: they have left a course with a comment, and asked for another password. */
export async function aFormerStudent(service: Service) {
  const person = await aPerson(service)
  const courseId = await anOpenCourse(service)
  await service.post(person.token, { courseId })
  const comment = `I have moved to ${randomUUID()}`
  await person.call('DELETE', `/api/enrollments/${courseId}`, { reason: 'other', comment })
  await callAs(service, null)('POST', '/auth/password-reset', { email: person.email })
  return { ...person, courseId, comment }
}

export const signIn = (service: Service, email: string, password: string, ip?: string) =>
  callAs(service, null, ip)('POST', '/auth/signin', { email, password })

export const refresh = async (service: Service, refreshToken: string) =>
  (await callAs(service, null)('POST', '/auth/refresh', { refreshToken })).statusCode

/** An account mail as its event asks for it and email-worker gets it. `status` is 410 once there is nothing to write any more. */
export interface Mail {
  event: string
  status: number
  purpose: string
  email: string
  token: string
}

/** The account mails that were asked for, in their order: those about an account, or all. */
export async function readMails(service: Service, accountId?: string): Promise<Mail[]> {
  const mailer = { id: 'email-worker', tenantId: 'acme', roles: ['service'], scopes: ['account-mails'] } as const
  const { token } = await service.ctx.tokens.issue(mailer)
  const mails: Mail[] = []
  for (const { type, payload } of await readEvents(service, accountId)) {
    if (!payload.request_id) continue
    const answer = await service.get(token, `/internal/account-mails/${payload.request_id}`)
    const { purpose, email, token: link } = answer.json<Mail>()
    mails.push({ event: type, status: answer.statusCode, purpose, email, token: link })
  }
  return mails
}

export async function readEvents(service: Service, accountId?: string) {
  const { rows } = await service.admin.query<{
    event: { type: string; payload: { account_id: string; request_id?: string } }
  }>(
    `SELECT convert_from(payload, 'UTF8')::jsonb AS event FROM outbox
     WHERE topic = 'account.events.v1' AND ($1::text IS NULL OR convert_from(key, 'UTF8') = $1) ORDER BY id`,
    [accountId],
  )
  return rows.map(({ event }) => event)
}

/**
 * Makes requests meet at an account: it is locked until all of them wait for it. The first gets it first. The others get it in any order, because
 * whoever finds a changed row waits for it anew. Returns the statuses of their answers.
 */
export async function meetAt(
  service: Service,
  accountId: string,
  requests: (() => Promise<LightMyRequestResponse>)[],
): Promise<number[]> {
  const client = await service.admin.connect()
  try {
    await client.query('BEGIN')
    await client.query('SELECT FROM users WHERE id = $1 FOR UPDATE', [accountId])
    const answers: Promise<LightMyRequestResponse>[] = []
    for (const request of requests) {
      answers.push(request())
      await waitUntilBlocked(service, answers.length)
    }
    await client.query('COMMIT')
    return (await Promise.all(answers)).map(({ statusCode }) => statusCode)
  } finally {
    client.release()
  }
}
