import { expect, test } from 'vitest'
import { logIdsOf, metadataVersion } from '../../../platform/kafka/log-ids.ts'

const answer = (topics: readonly { name: string; errorCode: number; id: string | null }[]) => ({
  clusterId: 'c',
  topics,
  clientSideThrottleTime: 0,
})

test('topics that do not exist are absent', () => {
  const { clusterId, topics } = logIdsOf(
    answer([
      { name: 'a', errorCode: 0, id: 'i' },
      { name: 'b', errorCode: 3, id: null },
    ]),
  )
  expect(clusterId).toBe('c')
  expect([...topics]).toEqual([['a', 'i']])
})

test('a topic that we may not see is an error that says what to allow', () => {
  const refused = expect.objectContaining({ code: 'topic_refused', hint: 'allow DESCRIBE of a to this user' })
  expect(() => logIdsOf(answer([{ name: 'a', errorCode: 29, id: null }]))).toThrow(refused)
})

test('a broker that gives no ids is too old, and so is one that cannot', () => {
  const tooOld = expect.objectContaining({ code: 'kafka_too_old' })
  expect(() => logIdsOf(answer([{ name: 'a', errorCode: 0, id: null }]))).toThrow(tooOld)
  expect(() => logIdsOf({ ...answer([]), clusterId: null })).toThrow(tooOld)
  expect(() => metadataVersion({ 3: { minVersion: 0, maxVersion: 9 } })).toThrow(tooOld)
  expect(() => metadataVersion({ 3: { minVersion: 13, maxVersion: 15 } })).toThrow(tooOld)
  expect(() => metadataVersion({})).toThrow(tooOld)
  expect(() => metadataVersion(null)).toThrow(tooOld)
})

test('the newest version that both know is spoken', () => {
  expect(metadataVersion({ 3: { minVersion: 0, maxVersion: 10 } })).toBe(10)
  expect(metadataVersion({ 3: { minVersion: 0, maxVersion: 13 } })).toBe(12)
  expect(metadataVersion({ 3: { minVersion: 12, maxVersion: 20 } })).toBe(12)
})

test('a topic without a leader yet is asked for again: no error of ours', () => {
  const passing = expect.not.objectContaining({ code: expect.anything() })
  expect(() => logIdsOf(answer([{ name: 'a', errorCode: 5, id: null }]))).toThrow(passing)
})
