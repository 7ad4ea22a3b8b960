import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, brotliCompressSync, constants, gzip, gzipSync } from 'node:zlib'
import { namesEntity } from '@coursewire/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'

// The window holds a page. The default one is 4 MB, and setting it up takes longer than the page.
const brotli = (body: Buffer, quality: number) => ({
  params: {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_LGWIN]: 16,
    [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
  },
})

/** Another thread would take longer to be told than a page takes to be compressed quickly. */
const compressors = {
  br: {
    quickly: (body: Buffer) => brotliCompressSync(body, brotli(body, 2)),
    well: (body: Buffer) => promisify(brotliCompress)(body, brotli(body, 5)),
  },
  gzip: {
    quickly: (body: Buffer) => gzipSync(body, { level: 1 }),
    well: (body: Buffer) => promisify(gzip)(body),
  },
}
type Encoding = keyof typeof compressors
const MIN_COMPRESSED_BYTES = 500

/** What is sent to a browser, and what it becomes when it is compressed. */
export interface Page {
  status: number
  headers: Record<string, string>
  body: Buffer
  encoded: Partial<Record<Encoding, { bytes: Buffer; isQuick: boolean }>>
}

/** Room for the page and its compressed forms. */
export const sizeOfPage = ({ body }: Page) => Math.ceil(body.length * 1.7)

export function buildPage(status: number, text: string, headers: Record<string, string> = {}): Page {
  const body = Buffer.from(text)
  const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', vary: 'accept-encoding', etag, ...headers },
    body,
    encoded: {},
  }
}

/** Sends a page in the smallest form that the browser reads, or nothing if the browser has it. */
export async function sendPage(request: FastifyRequest, reply: FastifyReply, page: Page): Promise<FastifyReply> {
  const { etag = '' } = page.headers
  const known = request.headers['if-none-match']
  void reply.code(page.status).headers(page.headers)
  if (page.status === 200 && known !== undefined && namesEntity(known, etag.slice(2), 'weakly')) {
    return reply.code(304).send()
  }
  const encoding = page.body.length < MIN_COMPRESSED_BYTES ? null : chooseEncoding(request.headers['accept-encoding'])
  if (!encoding) return reply.send(page.body)
  return reply.header('content-encoding', encoding).send(await encode(page, encoding))
}

/** Compresses a page quickly for its first reader, because many have no other, and well for the second one and those after. */
async function encode({ body, encoded }: Page, encoding: Encoding): Promise<Buffer> {
  const { quickly, well } = compressors[encoding]
  const known = encoded[encoding]
  if (!known) {
    const bytes = quickly(body)
    encoded[encoding] = { bytes, isQuick: true }
    return bytes
  }
  if (known.isQuick) {
    known.isQuick = false
    known.bytes = await well(body)
  }
  return known.bytes
}

/** Chooses by what is accepted at all. A browser that accepts both gets the smaller one, whatever it likes better. */
function chooseEncoding(accepted: string | string[] | undefined): Encoding | null {
  const weights = new Map(
    String(accepted ?? '')
      .toLowerCase()
      .split(',')
      .map((item) => {
        const [name = '', ...parameters] = item.split(';').map((part) => part.trim())
        const weight = parameters.find((parameter) => parameter.startsWith('q='))
        return [name, weight === undefined ? 1 : Number(weight.slice(2))] as const
      }),
  )
  const accepts = (name: Encoding) => (weights.get(name) ?? 0) > 0
  return accepts('br') ? 'br' : accepts('gzip') ? 'gzip' : null
}
