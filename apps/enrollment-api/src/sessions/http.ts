import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { buildCookie } from './cookie.ts'
import type { SignedIn } from './service.ts'

export const browserHeader = z.looseObject({
  'x-coursewire': z
    .string()
    .optional()
    .describe('1 from a browser: the refresh token comes and goes as a cookie, which scripts cannot read'),
})

export const accessToken = z
  .object({ token: z.string(), expiresIn: z.int().describe('Seconds') })
  .meta({ id: 'AccessToken', example: { token: 'eyJhbGciOiJFUzI1NiJ9.…', expiresIn: 900 } })

export const signedIn = accessToken
  .extend({ refreshToken: z.string().optional().describe('Absent if it is in a cookie') })
  .meta({ id: 'SignedIn', example: { token: 'eyJhbGciOiJFUzI1NiJ9.…', expiresIn: 900, refreshToken: 'x3Vb…' } })

/** Whether the caller says that it is a browser. A foreign page cannot say so, because we allow no cross-origin headers. */
export const isBrowser = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean => headers['x-coursewire'] === '1'

/** Builds the answer with the tokens. A browser gets the refresh token as a cookie only, everybody else in the body only. */
export function answerTokens(
  request: FastifyRequest,
  reply: FastifyReply,
  { refreshToken, ...access }: SignedIn,
): z.output<typeof signedIn> {
  void reply.header('cache-control', 'no-store')
  if (!isBrowser(request)) return { ...access, refreshToken }
  void reply.header('set-cookie', buildCookie(refreshToken))
  return access
}
