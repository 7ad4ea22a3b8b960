import { type ICustomPartitioner, Partitioners } from 'kafkajs'

/**
 * Chooses the partition of a record like every Kafka client: by murmur2 of the key, so that all records of a key are on one partition,
 * whoever wrote them. It uses 32-bit arithmetic; kafkajs' own uses objects, which takes an eighth of the time of a send.
 */
export const partitionByKey: ICustomPartitioner = () => {
  const chooseByDefault = Partitioners.DefaultPartitioner()
  return (args) => {
    const { partitionMetadata, message } = args
    if (!Buffer.isBuffer(message.key) || message.partition !== undefined) return chooseByDefault(args)
    return (murmur2(message.key) & 0x7fffffff) % partitionMetadata.length
  }
}

const M = 0x5bd1e995

function murmur2(bytes: Buffer): number {
  let hash = 0x9747b28c ^ bytes.length
  const whole = bytes.length & ~3
  for (let index = 0; index < whole; index += 4) {
    let word = Math.imul(bytes.readInt32LE(index), M)
    word = Math.imul(word ^ (word >>> 24), M)
    hash = Math.imul(hash, M) ^ word
  }
  let rest = 0
  for (let index = bytes.length - 1; index >= whole; index -= 1) rest = (rest << 8) | (bytes[index] ?? 0)
  if (whole < bytes.length) hash = Math.imul(hash ^ rest, M)
  hash = Math.imul(hash ^ (hash >>> 13), M)
  return hash ^ (hash >>> 15)
}
