import { decompress as decompressZstd } from 'fzstd'
import kafkajs from 'kafkajs'
import SnappyCodec from 'kafkajs-snappy'
import { decompressFrame } from 'lz4-napi'

const { CompressionCodecs, CompressionTypes } = kafkajs

function refuseToCompress(): never {
  throw new Error('Coursewire writes uncompressed records')
}

/** Makes every codec readable: a record in one that is not registered would end the consumer. */
export function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.Snappy] = SnappyCodec
  CompressionCodecs[CompressionTypes.LZ4] = () => ({ compress: refuseToCompress, decompress: decompressFrame })
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: refuseToCompress,
    decompress: async (bytes: Buffer) => Buffer.from(decompressZstd(bytes)),
  })
}
