import type { ICustomPartitioner } from 'kafkajs'

/**
 * The partition of a key as the Java client chooses it: murmur2 of its bytes, without the sign, modulo the partitions.
 * kafkajs has the same function over boxed 64-bit integers: ten times slower, and a fifth of the cost of sending.
 */
export function partitionOf(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions
}

/** For kafkajs: messages that name their partition go there, keyed ones by their key, the others spread evenly. */
export const javaPartitioner: ICustomPartitioner = () => {
  let next = 0
  return ({ partitionMetadata, message: { key, partition } }) => {
    if (partition !== null && partition !== undefined) return partition
    if (key === null || key === undefined) return next++ % partitionMetadata.length
    return partitionOf(typeof key === 'string' ? Buffer.from(key) : key, partitionMetadata.length)
  }
}

const multiplier = 0x5bd1e995

/** 32-bit murmur2 with the seed of org.apache.kafka.common.utils.Utils. */
export function murmur2(data: Uint8Array): number {
  const { length } = data
  let hash = 0x9747b28c ^ length
  const whole = length & ~3
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(wordAt(data, at), multiplier)
    word ^= word >>> 24
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier)
  }
  const rest = length - whole
  if (rest > 0) {
    if (rest === 3) hash ^= byteAt(data, whole + 2) << 16
    if (rest >= 2) hash ^= byteAt(data, whole + 1) << 8
    hash = Math.imul(hash ^ byteAt(data, whole), multiplier)
  }
  hash ^= hash >>> 13
  hash = Math.imul(hash, multiplier)
  return hash ^ (hash >>> 15)
}

/** Little-endian. */
function wordAt(data: Uint8Array, at: number): number {
  return (
    byteAt(data, at) |
    (byteAt(data, at + 1) << 8) |
    (byteAt(data, at + 2) << 16) |
    (byteAt(data, at + 3) << 24)
  )
}

function byteAt(data: Uint8Array, at: number): number {
  return data[at] as number
}
