import { canonicalizeLanguage } from '@coursewire/events'
import { AppError, namesEntity } from '@coursewire/service-kit'
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { z } from 'zod'
import type { Document, Page } from './catalogue.ts'
import { chooseEncoding, type Encoding } from './encoding.ts'
import { courseResponse } from './responses.ts'

export const unchanged = z.undefined().describe('Not changed')

/** The answers to the request for a page. */
export const pageSchema = {
  refusals: { 404: 'course.not-found', 410: 'course.gone' },
  answerHeaders: { 200: ['ETag', 'Cache-Tag'], 301: ['Location', 'Cache-Tag'], 304: ['ETag', 'Cache-Tag'] },
  params: z.strictObject({ slug: z.string().min(1).max(128) }),
  response: {
    200: courseResponse,
    301: z.undefined().describe('The course has another slug now'),
    304: unchanged,
  },
} as const

/** A cache must ask again for every answer, whatever its status, so that none shows an unpublished entry. */
export const forbidStale: onRequestHookHandler = (_request, reply, done) => {
  void reply.header('cache-control', 'no-cache')
  done()
}

/** The ETag is weak, because all encodings of a document have the same one. */
export function sendDocument(
  request: FastifyRequest,
  reply: FastifyReply,
  { etag, body, encode, languages, cacheTag }: Document,
  vary = 'accept-encoding',
) {
  void reply.headers({ etag: `W/${etag}`, 'cache-tag': cacheTag, vary })
  const tags = languages.filter((language) => canonicalizeLanguage(language) !== null)
  if (tags.length > 0) void reply.header('content-language', tags.join(', '))
  const known = request.headers['if-none-match']
  if (known !== undefined && namesEntity(known, etag, 'weakly')) return reply.code(304).send()
  void reply.type('application/json; charset=utf-8')
  const encoding = chooseEncoding(request.headers['accept-encoding'], body)
  return encoding === null ? reply.send(body) : sendEncoded(reply, encoding, encode)
}

async function sendEncoded(reply: FastifyReply, encoding: Encoding, encode: Document['encode']) {
  const encoded = await encode(encoding)
  return reply.header('content-encoding', encoding).send(encoded)
}

/** Redirects to the page's new slug below `path`. */
export function sendPage(request: FastifyRequest, reply: FastifyReply, page: Page, path: string) {
  if ('document' in page) return sendDocument(request, reply, page.document)
  if ('movedTo' in page) return reply.header('cache-tag', page.cacheTag).redirect(`${path}/${page.movedTo}`, 301)
  if (page.missing === 'gone') throw new AppError('gone', 'course.gone', 'The course is not offered any more')
  throw new AppError('not-found', 'course.not-found', 'Course not found')
}
