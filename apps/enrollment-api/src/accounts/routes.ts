import { id } from '@coursewire/events'
import { AppError, type Database, type HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import { accountRequestPurposes } from '../db/schema.ts'
import { moment, signInAddress } from '../fields.ts'
import type { SigningKeys } from '../keys/service.ts'
import { addressOf } from '../limits/networks.ts'
import { accessToken, answerTokens, browserHeader, signedIn } from '../sessions/http.ts'
import { BODY_LIMIT, secret } from './http.ts'
import type { Links } from './links.ts'
import { findUser, isErased } from './repository.ts'
import { findRequest } from './request-repository.ts'
import { toAccountMail } from './requests.ts'
import type { AccountService } from './service.ts'

const signInBody = z
  .strictObject({ email: signInAddress, password: secret })
  .meta({ id: 'Credentials', example: { email: 'ada@example.com', password: 'correct horse battery staple' } })
const serviceTokenBody = z
  .strictObject({ clientId: id, clientSecret: secret, tenantId: id })
  .meta({ id: 'ClientCredentials', example: { clientId: 'email-worker', clientSecret: '…', tenantId: 'acme' } })
const keySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).meta({
  id: 'KeySet',
  description: 'A JSON Web Key Set (RFC 7517)',
  example: { keys: [{ kty: 'EC', crv: 'P-256', x: '…', y: '…', kid: '…', alg: 'ES256', use: 'sig' }] },
})
const student = z.object({ id: z.string(), name: z.string(), email: z.string(), locale: z.string() }).meta({
  id: 'Student',
  example: { id: 'usr_1', name: 'Ada Lovelace', email: 'ada@example.com', locale: 'en' },
})
const accountMail = z
  .object({
    purpose: z.enum(accountRequestPurposes),
    accountId: z.string(),
    name: z.string(),
    email: z.string().describe('The address that the mail goes to, which need not be that of the account'),
    locale: z.string(),
    token: z.string().nullable().describe('For the link in the mail; null if it has none'),
    expiresAt: moment,
  })
  .meta({
    id: 'AccountMail',
    example: {
      purpose: 'verification',
      accountId: 'usr_1',
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      locale: 'en',
      token: 'AZrM…',
      expiresAt: '2026-03-03T09:30:00.000000Z',
    },
  })

export function addAccountRoutes(
  app: HttpApp,
  { accounts, db, keys, links }: { accounts: AccountService; db: Database; keys: SigningKeys; links: Links },
): void {
  app.post(
    '/auth/signin',
    {
      schema: {
        operationId: 'signIn',
        tags: ['Accounts'],
        summary: 'Exchange an email address and a password for tokens',
        headers: browserHeader,
        body: signInBody,
        response: { 200: signedIn },
        answerHeaders: { 200: ['Set-Cookie'] },
        refusals: { 401: 'credentials.invalid', 429: 'attempts.too-many' },
      },
      config: { access: 'public' },
      bodyLimit: BODY_LIMIT,
    },
    async (request, reply) => {
      const { email, password } = request.body
      const person = { tenantId: request.tenantId, email, ip: request.ip }
      return answerTokens(request, reply, await accounts.signIn(person, password, request.headers['user-agent']))
    },
  )

  app.post(
    '/auth/service-token',
    {
      schema: {
        operationId: 'issueServiceToken',
        tags: ['Accounts'],
        summary: "Exchange a service's secret for an access token of one tenant",
        body: serviceTokenBody,
        response: { 200: accessToken },
        refusals: { 401: 'client.invalid', 403: 'tenant.forbidden', 429: 'attempts.too-many' },
      },
      config: { access: 'public' },
      bodyLimit: BODY_LIMIT,
    },
    async (request) => {
      const { clientId, clientSecret, tenantId } = request.body
      return accounts.issueServiceToken(clientId, clientSecret, tenantId, addressOf(request.ip))
    },
  )

  app.get(
    '/.well-known/jwks.json',
    {
      schema: {
        operationId: 'getKeySet',
        tags: ['Accounts'],
        summary: 'The public keys that access tokens are checked with',
        response: { 200: keySet },
      },
      config: { access: 'public' },
    },
    async () => {
      const published = keys.keySet()
      if (!published) throw new AppError('unavailable', 'keys.unavailable', 'The signing keys are not known yet')
      return published
    },
  )

  app.get(
    '/internal/students/:id',
    {
      schema: {
        operationId: 'getStudent',
        tags: ['Internal'],
        summary: 'The name, address and language of a student, to write to',
        params: z.object({ id }),
        response: { 200: student },
        refusals: { 404: 'student.not-found', 410: 'student.gone' },
      },
      config: { access: ['service'] },
    },
    async (request) => {
      const { tenantId, params } = request
      const user = await findUser(db, tenantId, params.id)
      if (!user && (await isErased(db, tenantId, params.id))) {
        throw new AppError('gone', 'student.gone', 'The student has erased the account')
      }
      if (!user) throw new AppError('not-found', 'student.not-found', 'Student not found')
      return user
    },
  )

  app.get(
    '/internal/account-mails/:requestId',
    {
      schema: {
        operationId: 'getAccountMail',
        tags: ['Internal'],
        summary: 'What the mail that an account event asks for needs',
        params: z.object({ requestId: z.uuid() }),
        response: { 200: accountMail },
        refusals: { 404: 'account-mail.not-found', 410: 'account-mail.ended' },
      },
      config: { access: ['service'], scope: 'account-mails' },
    },
    async ({ tenantId, params }) => {
      const found = await findRequest(db, params.requestId)
      if (found?.tenantId !== tenantId) {
        throw new AppError('not-found', 'account-mail.not-found', 'There is no such request')
      }
      return toAccountMail(found, links)
    },
  )
}
