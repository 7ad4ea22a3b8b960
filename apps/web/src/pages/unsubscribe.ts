import { AppError, type HttpApp } from '@coursewire/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Site } from '../storefront/types.ts'
import { renderUnsubscribe } from '../storefront/unsubscribe-page.tsx'
import type { Words } from '../storefront/wording.ts'
import type { Assets } from './assets.ts'
import { readerLanguage } from './languages.ts'
import { buildPage, sendPage } from './page.ts'
import { describeCaller } from './pass-through.ts'

const TIMEOUT_MS = 10_000
const BODY_LIMIT = 16 * 1024
/** The address is a key: it is not logged, and no other page learns where its visitor came from. */
const route = {
  bodyLimit: BODY_LIMIT,
  schema: { hide: true },
  config: { access: 'public', isAnonymous: true },
} as const
const headers = { 'cache-control': 'no-store' }

type Requested = FastifyRequest<{ Params: { token: string } }>

/**
 * Serves the links to unsubscribe. Opening one changes nothing, because programs open links too. A POST ends the mails, whatever it holds:
 * it comes from the button, or from a mail program with one click (RFC 8058).
 */
export async function addUnsubscribeRoutes(
  app: HttpApp,
  {
    siteOf,
    assets,
    enrollmentApiUrl,
  }: { siteOf: (tenantId: string) => Site; assets: Assets; enrollmentApiUrl: string },
): Promise<void> {
  function show(request: Requested, reply: FastifyReply, step: keyof Words['unsubscribe']) {
    const html = renderUnsubscribe({ step, language: readerLanguage(request), site: siteOf(request.tenantId), assets })
    return sendPage(request, reply, buildPage(step === 'over' ? 410 : 200, html, headers))
  }

  async function end(request: Requested): Promise<'done' | 'over'> {
    const { status } = await fetch(`${enrollmentApiUrl}/api/subscriptions/unsubscribe`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...describeCaller(request) },
      body: JSON.stringify({ token: request.params.token }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw new AppError('unavailable', 'service.unreachable', 'A service does not answer', {}, { cause: error })
    })
    if (status === 204) return 'done'
    if (status === 400 || status === 410) return 'over'
    throw new AppError('unavailable', 'service.refused', 'A service cannot do it now', { status })
  }

  await app.register(async (child) => {
    child.removeAllContentTypeParsers()
    // Comes after the policies that are the same for all pages.
    child.addHook('onSend', (_request, reply, _payload, done) => {
      void reply.header('referrer-policy', 'no-referrer')
      done()
    })
    child.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null))
    child.get('/unsubscribe/:token', route, async (request: Requested, reply) => show(request, reply, 'ask'))
    child.post('/unsubscribe/:token', route, async (request: Requested, reply) =>
      show(request, reply, await end(request)),
    )
  })
}
