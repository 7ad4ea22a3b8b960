import type { HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import { newPassword, signInAddress } from '../fields.ts'
import { accepted, BODY_LIMIT, causeOf, linkToken } from './http.ts'
import type { ResetService } from './reset.ts'

const resetBody = z
  .strictObject({ email: signInAddress })
  .meta({ id: 'PasswordReset', example: { email: 'ada@example.com' } })
const confirmBody = z
  .strictObject({ token: linkToken, password: newPassword })
  .meta({ id: 'NewPassword', example: { token: 'AZrM…', password: 'battery staple' } })
const tags = ['Accounts']

export function addResetRoutes(app: HttpApp, { resets }: { resets: ResetService }): void {
  app.post(
    '/auth/password-reset',
    {
      schema: {
        operationId: 'requestPasswordReset',
        tags,
        summary: 'Ask for a mail with a link to choose another password',
        body: resetBody,
        response: { 202: accepted.describe('The same whether the address is known or not') },
        refusals: { 429: 'attempts.too-many' },
      },
      config: { access: 'public' },
      bodyLimit: BODY_LIMIT,
    },
    async (request, reply) => {
      await resets.request(request.body.email, request.ip, causeOf(request))
      return reply.code(202).send({ status: 'accepted' })
    },
  )

  app.post(
    '/auth/password-reset/confirm',
    {
      schema: {
        operationId: 'confirmPasswordReset',
        tags,
        summary: 'Choose another password by the link of a mail, which ends all sessions',
        body: confirmBody,
        response: { 204: z.undefined().describe('Changed') },
        refusals: { 410: 'link.invalid', 429: 'attempts.too-many' },
      },
      config: { access: 'public' },
      bodyLimit: BODY_LIMIT,
    },
    async (request, reply) => {
      const { token, password } = request.body
      await resets.confirm(token, password, request.ip, causeOf(request))
      return reply.code(204).send()
    },
  )
}
