import { emailAddress, languageTag, line } from '@coursewire/events'
import type { HttpApp } from '@coursewire/service-kit'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { accountRoles } from '../administration/account.ts'
import { newPassword } from '../fields.ts'
import { BODY_LIMIT, causeOf, forPeople, refusals, secret } from './http.ts'
import type { Asker, OwnAccountService } from './own-account.ts'
import type { User } from './repository.ts'

const account = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    locale: z.string(),
    roles: z.array(z.enum(accountRoles)),
    verified: z.boolean().describe('Whether the address is confirmed'),
    courseNews: z.boolean().describe('Whether mails tell of a published course that the person is enrolled in'),
    courseChanges: z.boolean().describe('Whether mails tell of a new version of such a course'),
  })
  .meta({
    id: 'Account',
    example: {
      id: 'usr_1',
      email: 'ada@example.com',
      name: 'Ada Lovelace',
      locale: 'en',
      roles: ['student'],
      verified: true,
      courseNews: true,
      courseChanges: true,
    },
  })
const changes = z
  .strictObject({
    name: line(1, 200).optional(),
    locale: languageTag.optional(),
    courseNews: z.boolean().optional(),
    courseChanges: z.boolean().optional(),
    email: emailAddress.optional().describe('Counts when the link in the mail to it was opened'),
    currentPassword: secret.optional().describe('Needed with email'),
  })
  .refine(({ email, currentPassword }) => (email === undefined) === (currentPassword === undefined), {
    path: ['currentPassword'],
    message: 'Is needed with email, and only then',
  })
  .meta({ id: 'AccountChanges', example: { name: 'Ada King' } })
const passwordChange = z
  .strictObject({ currentPassword: secret, newPassword })
  .meta({ id: 'PasswordChange', example: { currentPassword: 'correct horse', newPassword: 'battery staple' } })
const erasure = z.strictObject({ password: secret }).meta({ id: 'Erasure', example: { password: 'correct horse' } })

const tags = ['Accounts']
const refusalsOfPassword = { ...refusals, 403: ['account.disabled', 'password.wrong'], 429: 'attempts.too-many' }

/** The routes of the caller's own account. */
export function addMeRoutes(app: HttpApp, { ownAccount }: { ownAccount: OwnAccountService }): void {
  app.get(
    '/api/me',
    {
      schema: { operationId: 'getMe', tags, summary: "The caller's own account", response: { 200: account }, refusals },
      config: forPeople,
    },
    async ({ caller }) => showAccount(await ownAccount.get(caller)),
  )

  app.patch(
    '/api/me',
    {
      schema: {
        operationId: 'updateMe',
        tags,
        summary: "Change the caller's name, language or mails about courses, or ask for another address",
        body: changes,
        response: { 200: account },
        refusals: refusalsOfPassword,
      },
      config: forPeople,
      bodyLimit: BODY_LIMIT,
    },
    async (request) => {
      const { email, currentPassword, ...details } = request.body
      const newAddress = email !== undefined && currentPassword !== undefined ? { email, currentPassword } : undefined
      return showAccount(await ownAccount.update(toAsker(request), { ...details, newAddress }))
    },
  )

  app.delete(
    '/api/me',
    {
      schema: {
        operationId: 'eraseMe',
        tags,
        summary: "Erase the caller's account and everything that tells whose it was, for good",
        body: erasure,
        response: { 204: z.undefined().describe('Erased') },
        refusals: { ...refusalsOfPassword, 409: ['account.changed', 'account.last-admin'] },
      },
      config: forPeople,
      bodyLimit: BODY_LIMIT,
    },
    async (request, reply) => {
      await ownAccount.erase(toAsker(request), request.body.password)
      request.log.info({ accountId: request.caller.id }, 'Account erased')
      return reply.code(204).send()
    },
  )

  app.post(
    '/api/me/password',
    {
      schema: {
        operationId: 'changePassword',
        tags,
        summary: "Change the caller's password, which ends all other sessions",
        body: passwordChange,
        response: { 204: z.undefined().describe('Changed') },
        refusals: refusalsOfPassword,
      },
      config: forPeople,
      bodyLimit: BODY_LIMIT,
    },
    async (request, reply) => {
      const { currentPassword, newPassword } = request.body
      await ownAccount.changePassword(toAsker(request), currentPassword, newPassword)
      return reply.code(204).send()
    },
  )
}

function showAccount(user: User): z.input<typeof account> {
  const { id, email, name, locale, roles, verifiedAt, courseNews, courseChanges } = user
  return { id, email, name, locale, roles, verified: verifiedAt !== null, courseNews, courseChanges }
}

function toAsker(request: Pick<FastifyRequest, 'caller' | 'ip' | 'id' | 'tenantId' | 'traceparent'>): Asker {
  return { caller: request.caller, ip: request.ip, cause: causeOf(request) }
}
