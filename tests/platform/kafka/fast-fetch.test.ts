import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { installFastFetch } from '../../../platform/kafka/fast-fetch.ts'
import { FetchedRecord } from '../../../platform/kafka/fetched-record.ts'
import type { PartitionData, RawMessage } from '../../../platform/kafka/kafkajs-internals.ts'
import { OffsetsWithoutMessage, UndecodableBatch } from '../../../platform/kafka/undecodable-batch.ts'
import { type BatchSpec, batchSpec, logOf, recordSet } from './record-batches.ts'

// Hundreds of generated cases: seconds where others share the machine.
vi.setConfig({ testTimeout: 60_000 })

const require = createRequire(import.meta.url)
const Decoder = require('kafkajs/src/protocol/decoder.js')
const decodeMessages = 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js'
const batch = 'kafkajs/src/consumer/batch.js'

interface Fetching {
  readonly decode: (decoder: object) => Promise<RawMessage[]>
  readonly Batch: new (topic: string, fetchedOffset: string, data: PartitionData) => object
}
const loaded = (): Fetching => ({ decode: require(decodeMessages), Batch: require(batch) })

const original = loaded()
delete require.cache[require.resolve(decodeMessages)]
const installed = installFastFetch()
const patched = loaded()

/** What ours answers otherwise is asked in undecodable-batches.test.ts. */
const questions = [
  'isEmptyIncludingFiltered',
  'isEmptyDueToLogCompactedMessages',
  'lastOffset',
  'offsetLag',
] as const
const lists = ['messages', 'messagesWithinOffset', 'rawMessages'] as const

test('replaces the decoder and the batch', () => {
  expect(installed).toBe('installed')
  expect(patched.decode).not.toBe(original.decode)
  expect(patched.Batch).not.toBe(original.Batch)
})

test('changes nothing once kafkajs is loaded', () => {
  const Kafka = require('kafkajs')
  const before = require(batch)
  expect(Kafka).toBeDefined()
  expect(installFastFetch()).toBe('too late')
  expect(require(batch)).toBe(before)
})

test('messages are those of kafkajs, whatever is in the batches and wherever they are cut off', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(batchSpec, { maxLength: 3 }), fc.nat(40), async (batches, cut) => {
      const bytes = await recordSet(batches, cut)
      expect(await outcome(patched, bytes)).toStrictEqual(await outcome(original, bytes))
    }),
    { numRuns: 400 },
  )
})

test('damaged records give the nonsense that they give in kafkajs, or a batch that is set aside', async () => {
  // Nothing takes two bytes as a number, so that no damage makes kafkajs read millions of headers.
  const short = batchSpec.map(spec => ({
    ...spec,
    gzip: false,
    records: spec.records.map(({ timestampDelta, key }) => ({
      offsetGap: 0,
      timestampDelta: timestampDelta % 60n,
      key: key && Buffer.from('key'),
      value: Buffer.from('value'),
      headers: {},
    })),
  }))
  const firstRecordAt = 4 + 61
  await fc.assert(
    fc.asyncProperty(short, fc.nat(), fc.nat(127), async (spec, where, byte) => {
      const bytes = await recordSet([spec])
      fc.pre(bytes.length > firstRecordAt)
      bytes[firstRecordAt + (where % (bytes.length - firstRecordAt))] = byte
      const messages = await patched.decode(new Decoder(bytes))
      if (messages.some(message => message instanceof UndecodableBatch)) expect(messages).toHaveLength(1)
      else expect(messages.filter(isMessage).map(plain)).toStrictEqual(await outcome(original, bytes))
    }),
    { numRuns: 400 },
  )
})

test('a batch answers as that of kafkajs, from any offset in it and with aborted transactions', async () => {
  const aborted = fc.array(
    fc.record({ producerId: fc.constantFrom('7', '8'), firstOffset: fc.nat(3_000_000).map(String) }),
    {
      maxLength: 2,
    },
  )
  const rarely = fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.constant(null), aborted)
  await fc.assert(
    fc.asyncProperty(
      logOf(batchSpec.filter(({ records }) => records.length > 0)),
      fc.integer({ min: -5, max: 15 }),
      rarely,
      async (batches, skip, abortedTransactions) => {
        const bytes = await recordSet(batches)
        const from = String((batches[0]?.firstOffset ?? 0n) + BigInt(skip))
        const answers = await Promise.all(
          [original, patched].map(async ({ decode, Batch }) =>
            answersOf(
              new Batch('telemetry.rack', from, {
                partition: 3,
                highWatermark: '4000000',
                abortedTransactions,
                messages: await decode(new Decoder(bytes)),
              }),
            ),
          ),
        )
        expect(answers[1]).toStrictEqual(answers[0])
      },
    ),
    { numRuns: 400 },
  )
})

test('a message keeps what it was asked for', async () => {
  const [message] = await patched.decode(
    new Decoder(await recordSet([{ ...plainBatch, records: [plainRecord] }])),
  )
  expect(message).toBeInstanceOf(FetchedRecord)
  expect(message?.value).toBe(message?.value)
  expect(message?.key).toBe(message?.key)
  expect(message?.headers).toBe(message?.headers)
})

test('a batch of the plainest kind is not left to the decoder of kafkajs', async () => {
  const bytes = await recordSet([{ ...plainBatch, records: Array(50).fill(plainRecord) }])
  const messages = await patched.decode(new Decoder(bytes))
  expect(messages).toHaveLength(50)
  expect(messages.every(message => message instanceof FetchedRecord)).toBe(true)
})

test('kafkajs is loaded in one place only', () => {
  const root = join(import.meta.dirname, '../../..')
  const sources = ['platform', 'processors', 'ingest', 'api', 'deploy'].flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(path => path.endsWith('.ts'))
      .map(path => join(root, folder, path)),
  )
  const loading = sources.filter(path => /^import (?!type\b)[^']*'kafkajs'/m.test(readFileSync(path, 'utf8')))
  expect(sources.length).toBeGreaterThan(50)
  expect(loading).toEqual([])
})

const plainRecord = {
  offsetGap: 0,
  timestampDelta: 90_000n,
  key: Buffer.from('rack-000001'),
  value: Buffer.from('value'),
  headers: {},
}
const plainBatch: BatchSpec = {
  firstOffset: 4_000_000_000n,
  firstTimestamp: 1_767_225_600_000n,
  maxTimestamp: 1_767_225_690_000n,
  producerId: -1n,
  gzip: false,
  appendTime: false,
  transactional: false,
  control: false,
  records: [],
}

/** Messages with every property a message of kafkajs has, or the error. */
async function outcome({ decode }: Fetching, bytes: Buffer): Promise<unknown> {
  try {
    return (await decode(new Decoder(bytes))).filter(isMessage).map(plain)
  } catch (error) {
    return { error: String(error) }
  }
}

/** kafkajs has nothing where offsets are without a message. */
function isMessage(message: RawMessage): boolean {
  return !(message instanceof OffsetsWithoutMessage)
}

function plain(message: RawMessage): object {
  const { magicByte, attributes, timestamp, offset, key, value, headers, isControlRecord, batchContext } =
    message
  return { magicByte, attributes, timestamp, offset, key, value, headers, isControlRecord, batchContext }
}

function answersOf(batch: object): object {
  const { undecodable: _, ...fields } = batch as Record<string, unknown>
  const methods = batch as Record<(typeof questions)[number], () => unknown>
  const held = batch as Record<(typeof lists)[number], RawMessage[]>
  return {
    ...fields,
    ...Object.fromEntries(questions.map(question => [`${question}()`, methods[question]()])),
    ...Object.fromEntries(lists.map(list => [list, held[list].map(plain)])),
  }
}
