import { readFile } from 'node:fs/promises'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import type { AcceptLog } from './accept-log.ts'
import type { Mail } from './ses.ts'
import type { PublishedMessage } from './sns.ts'

const pageFiles = [
  { path: '/', file: 'index.html', type: 'text/html' },
  { path: '/inbox.css', file: 'inbox.css', type: 'text/css' },
  { path: '/inbox.js', file: 'inbox.js', type: 'text/javascript' },
  { path: '/mail.js', file: 'mail.js', type: 'text/javascript' },
]
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// A mail may run no script and load nothing. Its links open in a new tab, outside the sandbox.
const mailPolicy =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'"

const listQuery = z.object({
  from: z.coerce.number().int().default(0),
  count: z.coerce.number().int().min(0).default(Number.MAX_SAFE_INTEGER),
})

/**
 * Serves the inbox page, and the accepted mails and messages as JSON. `?from=10` starts at an index, `?from=-10` returns the newest
 * ten, and `&count=` limits the number.
 */
export function inboxRoutes(mails: AcceptLog<Mail>, published: AcceptLog<PublishedMessage>) {
  return async (app: FastifyInstance): Promise<void> => {
    app.addHook('onRequest', async (_request, reply) => {
      void reply.headers({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      })
    })

    for (const { path, file, type } of pageFiles) {
      const content = await readFile(new URL(`../public/${file}`, import.meta.url))
      app.get(path, async (_request, reply) => {
        return reply.header('content-security-policy', pagePolicy).type(`${type}; charset=utf-8`).send(content)
      })
    }

    app.get('/_inbox', (request, reply) => sendArray(mails, request.query, reply))
    app.get('/_published', (request, reply) => sendArray(published, request.query, reply))

    app.get<{ Params: { id: string } }>('/_inbox/:id', async (request, reply) => {
      return (await mails.find(request.params.id)) ?? reply.callNotFound()
    })

    app.get<{ Params: { id: string } }>('/_inbox/:id/html', async (request, reply) => {
      const mail = await mails.find(request.params.id)
      if (!mail?.html) return reply.callNotFound()
      return reply
        .header('content-security-policy', mailPolicy)
        .type('text/html; charset=utf-8')
        .send(openLinksInTabs(mail.html))
    })
  }
}

function sendArray(log: AcceptLog<Mail> | AcceptLog<PublishedMessage>, query: unknown, reply: FastifyReply) {
  const { success, data } = listQuery.safeParse(query)
  if (!success) return reply.status(400).send({ error: 'from and count must be whole numbers' })
  return reply.header('x-total-count', log.count).type('application/json').send(log.readArray(data.from, data.count))
}

function openLinksInTabs(html: string): string {
  const base = '<base target="_blank">'
  // If it came before the doctype, it would put the mail into quirks mode.
  return /<head\b[^>]*>/i.test(html) ? html.replace(/<head\b[^>]*>/i, (head) => head + base) : base + html
}
