import { emailAddress, id, languageTag, line } from '@coursewire/events'
import type { HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import { accepted, BODY_LIMIT, causeOf, linkToken } from '../accounts/http.ts'
import { newPassword } from '../fields.ts'
import type { SignupService } from './service.ts'

const signupBody = z
  .strictObject({
    email: emailAddress,
    password: newPassword,
    name: line(1, 200),
    locale: languageTag.optional().describe('The language of mails and pages; by default that of the tenant'),
    pendingEnrollmentCourseId: id.optional().describe('The course to enrol in, given back by verifyEmail'),
  })
  .meta({
    id: 'Signup',
    example: {
      email: 'ada@example.com',
      password: 'correct horse battery staple',
      name: 'Ada Lovelace',
      locale: 'en',
      pendingEnrollmentCourseId: 'course_1',
    },
  })
const verifyBody = z.strictObject({ token: linkToken }).meta({ id: 'LinkToken', example: { token: 'AZrM…' } })
const verified = z
  .object({ email: z.string(), pendingEnrollmentCourseId: z.string().nullable() })
  .meta({ id: 'VerifiedAddress', example: { email: 'ada@example.com', pendingEnrollmentCourseId: 'course_1' } })
const tags = ['Accounts']

export function addSignupRoutes(app: HttpApp, { signups }: { signups: SignupService }): void {
  app.post(
    '/auth/signup',
    {
      schema: {
        operationId: 'signUp',
        tags,
        summary: 'Ask for an account; a mail has the link that makes it',
        body: signupBody,
        response: { 202: accepted.describe('The same whether the address is known or not') },
        refusals: { 404: 'tenant.not-found', 429: 'attempts.too-many' },
      },
      config: { access: 'public' },
      bodyLimit: BODY_LIMIT,
    },
    async (request, reply) => {
      await signups.signUp(request.body, request.ip, causeOf(request))
      return reply.code(202).send({ status: 'accepted' })
    },
  )

  app.post(
    '/auth/verify-email',
    {
      schema: {
        operationId: 'verifyEmail',
        tags,
        summary: 'Use the link of a mail that confirms an address',
        body: verifyBody,
        response: { 200: verified },
        refusals: { 410: 'link.invalid', 429: 'attempts.too-many' },
      },
      config: { access: 'public' },
      bodyLimit: BODY_LIMIT,
    },
    async (request) => signups.verify(request.body.token, request.ip, causeOf(request)),
  )
}
