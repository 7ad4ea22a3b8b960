declare module 'kafkajs-snappy' {
  import type { ICompressionCodec } from 'kafkajs'

  export default function createSnappyCodec(): ICompressionCodec
}
