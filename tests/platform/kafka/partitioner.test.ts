import { describe, expect, it } from 'vitest'
import { javaPartitioner, murmur2, partitionOf } from '../../../platform/kafka/partitioner.ts'

describe('the partitioner of the Java client', () => {
  // The vectors of org.apache.kafka.common.utils.UtilsTest#testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('murmur2 of %s', (text, hash) => expect(murmur2(Buffer.from(text))).toBe(hash))

  it('takes off the sign before dividing', () => {
    expect(partitionOf(Buffer.from('foobar'), 4)).toBe((-790332482 & 0x7fffffff) % 4)
  })

  it('goes where the message says, else by the key where there is one, and round where there is none', () => {
    const partition = javaPartitioner()
    const partitionMetadata = [0, 1, 2].map(partitionId => ({
      partitionId,
      partitionErrorCode: 0,
      leader: 1,
      replicas: [],
      isr: [],
      offlineReplicas: [],
    }))
    const of = (key: string | null) =>
      partition({ topic: 't', partitionMetadata, message: { key, value: '' } })
    expect(of('市中区')).toBe(partitionOf(Buffer.from('市中区'), 3))
    expect(of('市中区')).toBe(of('市中区'))
    expect(
      partition({ topic: 't', partitionMetadata, message: { key: '市中区', partition: 0, value: '' } }),
    ).toBe(0)
    expect(
      partition({ topic: 't', partitionMetadata, message: { key: '市中区', partition: 2, value: '' } }),
    ).toBe(2)
    expect([of(null), of(null), of(null), of(null)]).toEqual([0, 1, 2, 0])
  })
})
