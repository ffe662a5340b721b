import { expect, test } from 'vitest'
import { UndecodableBatch } from '../../../platform/kafka/undecodable-batch.ts'
import { rejectedOf, unreadOf } from '../../../processors/archive/dead-letters.ts'

const context = {
  firstOffset: '7',
  firstTimestamp: '0',
  partitionLeaderEpoch: 0,
  inTransaction: false,
  isControlBatch: false,
  lastOffsetDelta: 2,
  producerId: '-1',
  producerEpoch: 0,
  firstSequence: 0,
  maxTimestamp: '0',
  timestampType: 0,
  magicByte: 2,
}
const message = { partition: 0, offset: 7, key: Buffer.alloc(900_000, 'k'), timestamp: '5' }
const batchOf = (bytes: Buffer) =>
  new UndecodableBatch({ last: 9n, messages: 3, bytes }, context, 'damaged', 'x')

test.each([10, 900_000])(
  'what has %i bytes is kept where it makes a message of Kafka, and named in any case',
  size => {
    const bytes = Buffer.alloc(size)
    const letters = [
      rejectedOf('telemetry.rack', { ...message, value: bytes }, 'broken'),
      unreadOf('telemetry.rack', 0, batchOf(bytes), 5),
    ]
    for (const letter of letters) {
      const { offset, value_base64, batch_base64 } = JSON.parse(letter.payload)
      expect(offset).toBe(7)
      expect(value_base64 ?? batch_base64 ?? null).toBe(size === 10 ? bytes.toString('base64') : null)
      expect(Buffer.byteLength(JSON.stringify(letter))).toBeLessThan(1_000_000)
    }
  },
)
