// Types of kafkajs' internal record reader.
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
