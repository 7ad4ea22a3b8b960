import { AppError, type Database, type HttpApp } from '@coursewire/service-kit'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { forPeople, refusals } from '../accounts/http.ts'
import { getUsable } from '../accounts/own-account.ts'
import type { Config } from '../config.ts'
import { moment } from '../fields.ts'
import { buildNoCookie, findCookie } from './cookie.ts'
import { answerTokens, browserHeader, isBrowser, signedIn } from './http.ts'
import { deleteSession, deleteSessions, listSessions } from './repository.ts'
import type { SessionService } from './service.ts'

const BODY_LIMIT = 4 * 1024

const body = z
  .strictObject({ refreshToken: z.string().max(1_024).optional() })
  .nullish()
  .meta({ id: 'RefreshToken', example: { refreshToken: 'x3Vb…' } })
const example = {
  id: '0b9d7c1e-0c5e-4a50-a3f5-6f2d1d4f8c11',
  browser: 'Firefox',
  system: 'Windows',
  firstUsedAt: '2026-03-02T09:30:00.000000Z',
  lastUsedAt: '2026-03-04T17:05:12.345678Z',
  current: true,
}
const session = z
  .object({
    id: z.string(),
    browser: z.string().nullable(),
    system: z.string().nullable(),
    firstUsedAt: moment,
    lastUsedAt: moment,
    current: z.boolean().describe('Whether the access token is of this session'),
  })
  .meta({ id: 'Session', example })
const sessionList = z
  .object({ items: z.array(session), nextCursor: z.null().describe('There are at most 100') })
  .meta({ id: 'SessionList', example: { items: [example], nextCursor: null } })

/** Only pages of `WEB_URL` may use the cookie. */
export function addSessionRoutes(
  app: HttpApp,
  { sessions, db, config: { WEB_URL } }: { sessions: SessionService; db: Database; config: Config },
): void {
  const { origin } = new URL(WEB_URL)

  /** Returns the refresh token of a request, or an empty text. Throws `origin.forbidden`, because browsers add cookies unasked. */
  function takeToken(request: FastifyRequest & { body?: z.output<typeof body> }): string {
    if (request.body?.refreshToken !== undefined) return request.body.refreshToken
    const token = findCookie(request.headers.cookie)
    if (token !== null && !(isBrowser(request) && request.headers.origin === origin)) {
      throw new AppError('forbidden', 'origin.forbidden', 'The cookie is for our own pages, which send x-coursewire: 1')
    }
    return token ?? ''
  }

  app.post(
    '/auth/refresh',
    {
      schema: {
        operationId: 'refresh',
        tags: ['Accounts'],
        summary: 'Exchange a refresh token, in the body or the cookie, for new tokens',
        headers: browserHeader,
        body,
        response: { 200: signedIn },
        answerHeaders: { 200: ['Set-Cookie'] },
        refusals: {
          401: 'session.ended',
          403: ['account.disabled', 'origin.forbidden'],
          429: 'attempts.too-many',
        },
      },
      config: { access: 'public' },
      bodyLimit: BODY_LIMIT,
    },
    async (request, reply) => answerTokens(request, reply, await sessions.refresh(takeToken(request), request.ip)),
  )

  app.post(
    '/auth/signout',
    {
      schema: {
        operationId: 'signOut',
        tags: ['Accounts'],
        summary: 'End the session of a refresh token, in the body or the cookie',
        headers: browserHeader,
        body,
        response: { 204: z.undefined().describe('Ended, or there was none') },
        answerHeaders: { 204: ['Set-Cookie'] },
        refusals: { 403: 'origin.forbidden' },
      },
      config: { access: 'public' },
      bodyLimit: BODY_LIMIT,
    },
    async (request, reply) => {
      await sessions.end(takeToken(request))
      if (isBrowser(request)) void reply.header('set-cookie', buildNoCookie())
      return reply.code(204).send()
    },
  )

  app.get(
    '/api/me/sessions',
    {
      schema: {
        operationId: 'listSessions',
        tags: ['Accounts'],
        summary: "The caller's sessions, the last used one first",
        response: { 200: sessionList },
        refusals,
      },
      config: forPeople,
    },
    async ({ caller }) => {
      await getUsable(db, caller)
      const found = await listSessions(db, caller)
      return { items: found.map((each) => ({ ...each, current: each.id === caller.sessionId })), nextCursor: null }
    },
  )

  app.delete(
    '/api/me/sessions',
    {
      schema: {
        operationId: 'endOtherSessions',
        tags: ['Accounts'],
        summary: "End the caller's sessions but the current one",
        response: { 204: z.undefined().describe('Ended') },
        refusals,
      },
      config: forPeople,
    },
    async ({ caller }, reply) => {
      await getUsable(db, caller)
      await deleteSessions(db, caller, caller.sessionId)
      return reply.code(204).send()
    },
  )

  app.delete(
    '/api/me/sessions/:sessionId',
    {
      schema: {
        operationId: 'endSession',
        tags: ['Accounts'],
        summary: "End one of the caller's sessions",
        params: z.object({ sessionId: z.uuid() }),
        response: { 204: z.undefined().describe('Ended') },
        refusals: { ...refusals, 404: 'session.not-found' },
      },
      config: forPeople,
    },
    async ({ caller, params }, reply) => {
      await getUsable(db, caller)
      const isEnded = await deleteSession(db, caller, params.sessionId)
      if (!isEnded) throw new AppError('not-found', 'session.not-found', 'Session not found')
      return reply.code(204).send()
    },
  )
}
