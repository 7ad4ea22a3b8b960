import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { negotiate } from '@fastify/accept-negotiator'

/** A smaller body fits into one packet as it is. */
const MIN_BYTES = 1_024

const compressBrotli = promisify(brotliCompress)
const compressGzip = promisify(gzip)
const encoders = {
  // The default is for files that are compressed once, and takes some fifty times as long.
  br: (body: Buffer) => compressBrotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: (body: Buffer) => compressGzip(body),
}
export type Encoding = keyof typeof encoders

/** Chooses by an Accept-Encoding header. Null leaves the body as it is. */
export function chooseEncoding(accepted: unknown, body: Buffer): Encoding | null {
  if (typeof accepted !== 'string' || body.length < MIN_BYTES) return null
  return negotiate(accepted, Object.keys(encoders) as Encoding[])
}

/** Encodes a body when it is first wanted in an encoding, and keeps the result. */
export function createEncoded(body: Buffer): (encoding: Encoding) => Promise<Buffer> {
  const encoded = new Map<Encoding, Promise<Buffer>>()
  return (encoding) => {
    const known = encoded.get(encoding) ?? encoders[encoding](body)
    encoded.set(encoding, known)
    return known
  }
}
