import { promisify } from 'node:util'
import { gzip, unzip } from 'node:zlib'
import { Decompress as ZstdStream } from 'fzstd'
import kafkajs from 'kafkajs'
import createSnappyCodec from 'kafkajs-snappy'
import { decompressFrame } from 'lz4-napi'

const { CompressionCodecs, CompressionTypes } = kafkajs

/**
 * How large a batch may be after decompression; a larger one becomes a single dead letter. Every record within the limit fits its
 * dead-letter topic, uncompressed and with the added headers. The limits apply to all Kafka clients of the process, because kafkajs has
 * one set of codecs.
 */
export const readLimits = {
  bytes: 15 * 1024 * 1024,
  /** Records and headers together. Each takes some hundred bytes of memory, even if it takes few in the batch. */
  entries: 250_000,
}

function refuseToCompress(): never {
  throw new Error('Coursewire does not compress with this codec')
}

interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>
  decompress(bytes: Buffer): Promise<Buffer>
}

/** Registers every codec, with limits. A record in an unregistered codec would end the consumer. */
export function registerCodecs(): void {
  // The kafkajs patch reads these. It turns a batch that a codec refuses into one record.
  Object.assign(CompressionCodecs, { limits: readLimits })
  const register = (type: keyof typeof CompressionCodecs, codec: Codec) => {
    CompressionCodecs[type] = () => codec
  }
  const snappy = createSnappyCodec()
  register(CompressionTypes.GZIP, {
    compress: ({ buffer }) => promisify(gzip)(buffer),
    decompress: unzipBounded,
  })
  register(CompressionTypes.Snappy, {
    ...snappy,
    async decompress(bytes) {
      const blocks = splitSnappy(bytes)
      assertWithin(blocks.reduce((total, block) => total + readSnappyLength(block), 0))
      // All at once, because the codec itself copies all previous output with each block.
      return Buffer.concat(await Promise.all(blocks.map((block) => snappy.decompress(block))))
    },
  })
  register(CompressionTypes.LZ4, {
    compress: refuseToCompress,
    async decompress(bytes) {
      assertWithin(measureLz4(bytes))
      return decompressFrame(bytes)
    },
  })
  register(CompressionTypes.ZSTD, {
    compress: refuseToCompress,
    decompress: async (bytes) => decompressZstd(bytes),
  })
}

/** kafkajs' numbers of the codecs. */
export const codecNames = ['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd']

/** Decompresses with the named codec. Throws above the limits. */
export async function decompress(codecName: string, bytes: Buffer): Promise<Buffer> {
  if (codecName === codecNames[0]) return bytes
  const codecs = CompressionCodecs as Record<number, () => Codec>
  const codec = codecs[codecNames.indexOf(codecName)]
  if (!codec) throw new Error(`the codec ${codecName} is not known`)
  return codec().decompress(bytes)
}

function assertWithin(bytes: number): void {
  if (bytes > readLimits.bytes) throw new RangeError(`more than ${readLimits.bytes} bytes when it is read`)
}

async function unzipBounded(bytes: Buffer): Promise<Buffer> {
  try {
    return await promisify(unzip)(bytes, { maxOutputLength: readLimits.bytes })
  } catch (error) {
    if (error instanceof RangeError) assertWithin(Number.POSITIVE_INFINITY)
    throw error
  }
}

const XERIAL = Buffer.from('\x82SNAPPY\0', 'latin1')
const XERIAL_HEADER_BYTES = 16

/** Splits the format of Java's clients into its blocks. Other data is one block. */
function splitSnappy(bytes: Buffer): Buffer[] {
  if (!isFramed(bytes)) return [bytes]
  const blocks: Buffer[] = []
  for (let at = XERIAL_HEADER_BYTES; at + 4 < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at)
    const block = bytes.subarray(at + 4, end)
    // No client writes nested frames, which could contain anything.
    if (isFramed(block)) throw new Error('invalid snappy data')
    blocks.push(block)
    at = end
  }
  return blocks
}

const isFramed = (bytes: Buffer) => bytes.subarray(0, XERIAL.length).equals(XERIAL)

/** The size that a block claims. That much memory is allocated for it. */
function readSnappyLength(block: Buffer): number {
  let length = 0
  for (let index = 0; index < 5; index += 1) {
    const byte = block[index] ?? 0
    length += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) break
  }
  return length
}

const LZ4_MAGIC = 0x184d2204
const LZ4_MAX_RATIO = 255

/** The most that its blocks can contain. Encoders fill all blocks but the last of a frame. */
function measureLz4(bytes: Buffer): number {
  let total = 0
  for (let at = 0; at + 7 <= bytes.length && bytes.readUInt32LE(at) === LZ4_MAGIC; ) {
    const flags = bytes.readUInt8(at + 4)
    const has = (bit: number) => (flags >> bit) & 1
    const maxBlock = 2 ** (8 + 2 * ((bytes.readUInt8(at + 5) >> 4) & 7))
    at += 7 + has(3) * 8 + has(0) * 4
    for (;;) {
      if (at + 4 > bytes.length) return total
      const word = bytes.readUInt32LE(at)
      at += 4
      if (word === 0) break
      const size = word & 0x7fffffff
      total += word > 0x7fffffff ? size : Math.min(maxBlock, size * LZ4_MAX_RATIO)
      at += size + has(4) * 4
    }
    at += has(2) * 4
  }
  return total
}

/** Decompresses block by block and counts the size. Throws if it is too large. */
function decompressZstd(bytes: Buffer): Buffer {
  assertZstdWindows(bytes)
  const blocks: Uint8Array[] = []
  let total = 0
  const stream = new ZstdStream((block) => {
    total += block.length
    assertWithin(total)
    blocks.push(block)
  })
  stream.push(bytes, true)
  return Buffer.concat(blocks, total)
}

const ZSTD_MAGIC = 0xfd2fb528
/** The limit for all frames together. zstd's own decoder allows as much for one frame. Producers write a single frame. */
const MAX_ZSTD_WINDOWS = 128 * 1024 * 1024

/** Checks the windows, because each is allocated before the first block is read, and a header of ten bytes may ask for two gigabytes. */
function assertZstdWindows(bytes: Buffer): void {
  let windows = 0
  for (let at = 0; at + 6 <= bytes.length; ) {
    if (bytes.readUInt32LE(at) !== ZSTD_MAGIC) {
      // A skippable frame, or unreadable data.
      at += 8 + bytes.readUInt32LE(at + 4 <= bytes.length - 4 ? at + 4 : at)
      continue
    }
    const flags = bytes.readUInt8(at + 4)
    const isSingleSegment = ((flags >> 5) & 1) === 1
    const sizeBytes = flags >> 6 === 0 ? Number(isSingleSegment) : 2 ** (flags >> 6)
    const descriptor = bytes.readUInt8(at + 5)
    at += 5 + Number(!isSingleSegment) + ([0, 1, 2, 4][flags & 3] ?? 0)
    // A frame of a single segment is its own window.
    const contentSize = isSingleSegment ? readLittleEndian(bytes, at, sizeBytes) : 0
    assertWithin(contentSize)
    windows += isSingleSegment ? contentSize : 2 ** (10 + (descriptor >> 3)) * (1 + (descriptor & 7) / 8)
    if (windows > MAX_ZSTD_WINDOWS) throw new RangeError(`windows of more than ${MAX_ZSTD_WINDOWS} bytes`)
    at += sizeBytes
    for (let isLast = false; !isLast && at + 3 <= bytes.length; ) {
      const header = bytes.readUIntLE(at, 3)
      isLast = (header & 1) === 1
      // A run of one byte is stored once.
      at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3)
    }
    at += ((flags >> 2) & 1) * 4
  }
}

function readLittleEndian(bytes: Buffer, at: number, size: number): number {
  let value = 0
  for (let index = size - 1; index >= 0; index -= 1) value = value * 256 + (bytes[at + index] ?? 0)
  return size === 2 ? value + 256 : value
}
