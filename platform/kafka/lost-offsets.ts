import { createRequire } from 'node:module'
import { type OffsetManagerClass, onLostOffsets } from './kafkajs-internals.ts'

const require = createRequire(import.meta.url)
const path = 'kafkajs/src/consumer/offsetManager/index.js'

/**
 * Makes a consumer of kafkajs go on at the beginning of the log where the log does not hold the offset it asks for, as its
 * retention may be shorter than the consumer's lag, and say what it passed over. kafkajs 2.2.4 commits the offset -2
 * instead, which takes the group's checkpoint away, and says nothing of offsets (offsetManager/index.js).
 */
export function goOnAfterLostOffsets(OffsetManager: OffsetManagerClass = require(path)): void {
  OffsetManager.prototype.setDefaultOffset = async function ({ topic, partition }) {
    const wanted = Number(String(this.nextOffset(topic, partition)))
    const [log] = await this.cluster.fetchTopicsOffset([
      { topic, partitions: [{ partition }], fromBeginning: true },
    ])
    const low = log?.partitions.find(found => found.partition === partition)?.offset
    // The leader is not known now: the same is asked again with the next fetch.
    if (low === undefined) return
    this.resolveOffset({ topic, partition, offset: String(BigInt(low) - 1n) })
    this.cluster[onLostOffsets]?.({ topic, partition, from: wanted, to: Number(low) })
  }
}
