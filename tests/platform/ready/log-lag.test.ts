import { expect, test } from 'vitest'
import { behind, type LogReader, lagOf } from '../../../platform/ready/log-lag.ts'

const topic = 'telemetry.rack'
const highs = [100, 50, 424_000]
const ends = { at: 0, byPartition: new Map(highs.entries()) }
const reader = (standings: ReturnType<LogReader['standings']>): LogReader => ({
  topics: [topic],
  standings: () => standings,
})

test('lag is what is left to read of the own partitions of a topic', () => {
  const standings = [
    { topic, partition: 0, next: 90 },
    // Read further than the end that was asked for a while ago.
    { topic, partition: 1, next: 60 },
    { topic: 'telemetry.parking', partition: 2, next: 0 },
  ]
  expect(lagOf(standings, topic, ends)).toBe(10)
})

test.each([
  ['no partition is its own', [], 1_000, null],
  ['at the limit', [{ topic, partition: 0, next: 50 }], 1_000, null],
  ['behind', [{ topic, partition: 2, next: 0 }], 1_000, '424000 messages, limit 50'],
  ['just joined', undefined, 1_000, 'not known yet where it goes on'],
  ['the broker says no more', [], 31_000, 'not known for 31 s where it ends'],
])('%s', (_, standings, now, reason) => {
  expect(behind(reader(standings), topic, ends, now, 50)).toBe(reason)
})

test('nothing is known before the first answer', () => {
  expect(behind(reader([]), topic, undefined, 0, 50)).toBe('not known yet where it ends')
})
