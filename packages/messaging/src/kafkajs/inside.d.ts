// Types of kafkajs' internal reader and writer of records.
declare module 'kafkajs/src/protocol/decoder.js' {
  export default class Decoder {
    constructor(bytes: Buffer)
    readVarIntBytes(): Buffer
  }
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js' {
  import type Decoder from 'kafkajs/src/protocol/decoder.js'

  export default function decodeRecord(
    decoder: Decoder,
    batchContext: { firstOffset: string; firstTimestamp: string; entries: number },
  ): { offset: string; key: Buffer | null; value: Buffer | null; headerList: { key: string; value: Buffer | null }[] }
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0/index.js' {
  export default function encodeRecord(record: {
    offsetDelta: number
    timestampDelta: number
    key?: Buffer | string | null | undefined
    value: Buffer | string | null
    headers:
      | Record<string, Buffer | string | null | (Buffer | string | null)[]>
      | { key: string; value: Buffer | string | null }[]
  }): { buffer: Buffer }
}
