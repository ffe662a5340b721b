import { expect, test } from 'vitest'
import { type LostOffsets, onLostOffsets } from '../../../platform/kafka/kafkajs-internals.ts'
import { goOnAfterLostOffsets } from '../../../platform/kafka/lost-offsets.ts'

function consumer(wanted: string, begins: string | undefined) {
  const resolved: object[] = []
  const lost: LostOffsets[] = []
  class OffsetManager {
    readonly cluster = {
      fetchTopicsOffset: async () => [
        { partitions: begins === undefined ? [] : [{ partition: 2, offset: begins }] },
      ],
      [onLostOffsets]: (offsets: LostOffsets) => void lost.push(offsets),
    }
    nextOffset = () => ({ toString: () => wanted })
    resolveOffset = (offset: object) => void resolved.push(offset)
  }
  goOnAfterLostOffsets(OffsetManager as never)
  const { setDefaultOffset } = new OffsetManager() as never as {
    setDefaultOffset(of: object): Promise<void>
  }
  const manager = new OffsetManager()
  return { resolved, lost, reset: () => setDefaultOffset.call(manager, { topic: 't', partition: 2 }) }
}

test('reading goes on at the beginning of the log, and what lies before is told; nothing is committed', async () => {
  const { resolved, lost, reset } = consumer('5', '20')
  await reset()
  expect(resolved).toEqual([{ topic: 't', partition: 2, offset: '19' }])
  expect(lost).toEqual([{ topic: 't', partition: 2, from: 5, to: 20 }])
})

test('where the leader does not answer, the same is asked again later', async () => {
  const { resolved, lost, reset } = consumer('5', undefined)
  await reset()
  expect([resolved, lost]).toEqual([[], []])
})
