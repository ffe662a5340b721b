import type { KafkaMessage } from 'kafkajs'
import { describe, expect, test } from 'vitest'
import { schemaText } from '../../../platform/avro/avro-schemas.ts'
import { avroWriter } from '../../../platform/avro/avro-writer.ts'
import type { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { type LogEpoch, nextBase } from '../../../platform/epochs/open-log.ts'
import { KnownEpochs, logOf } from '../../../platform/epochs/read-epochs.ts'
import { topicNames } from '../../../schemas/topics.ts'

/** A registry with the one schema. */
const registry = {
  register: () => Promise.resolve(1),
  schemaOf: () => Promise.resolve(schemaText('log_epoch')),
} as unknown as SchemaRegistry

async function known(...epochs: readonly Partial<LogEpoch>[]): Promise<KnownEpochs> {
  const writer = await avroWriter<LogEpoch>(registry, topicNames.epochs)
  const all = new KnownEpochs(registry)
  await all.take(
    epochs.map(epoch => {
      const value = { topic: 't', log: 'c:1', base: 0, closed_until: null, opened_at: 0, ...epoch }
      return { value: writer.encode(value) } as KafkaMessage
    }),
  )
  return all
}

describe('the places of a later log', () => {
  test.each([0, 1, 999_999_999, 1_000_000_000, 2_000_000_001, 123_456_789_012])(
    'lie well beyond %i, what was said last of the one before and is not stored included',
    reach => {
      const base = nextBase(reach)
      expect(base - reach).toBeGreaterThanOrEqual(1_000_000_000)
      expect(base % 1_000_000_000).toBe(0)
    },
  )

  test('stay numbers that are exact, after a hundred logs too', () => {
    let base = 0
    for (let i = 0; i < 100; i++) base = nextBase(base + 5_000_000_000)
    // A version is the sum of the places in at most 1,000 partitions.
    expect(Number.isSafeInteger(base * 1_000)).toBe(true)
  })
})

describe('what is known of the logs', () => {
  test('is the newest log of a topic', async () => {
    const all = await known({}, { log: 'c:2', base: 5 }, { topic: 'u' })
    expect(all.get('t')).toMatchObject({ log: 'c:2', base: 5 })
    expect(all.get('u')).toMatchObject({ log: 'c:1' })
    expect(all.get('v')).toBeUndefined()
  })

  test('is the first word of those that opened a log at the same time', async () => {
    const all = await known({ log: 'c:2', base: 5 }, { log: 'c:2', base: 9 })
    expect(all.get('t')?.base).toBe(5)
  })
})

test('a topic of another cluster, or created again, is another log; one that is not there is none', () => {
  const ids = (clusterId: string, id: string) => ({ clusterId, topics: new Map([['t', id]]) })
  const logs = [ids('a', '1'), ids('a', '2'), ids('b', '1')].map(one => logOf(one, 't'))
  expect(new Set(logs).size).toBe(3)
  expect(logOf(ids('a', '1'), 'u')).toBeUndefined()
})
