import { expect, test } from 'vitest'
import { TopicLag } from '../../../processors/archive/topic-lag.ts'

test('the lag is what lies between what is stored and the ends, of the partitions that are held', () => {
  const lag = new TopicLag()
  expect(lag.messages).toBe(0)
  lag.begin(0, 100)
  lag.observeEnd(0, 180)
  lag.observeEnd(1, 1_000)
  expect(lag.messages).toBe(80)
  lag.stored(0, 150)
  lag.begin(0, 0)
  expect(lag.messages).toBe(30)
  lag.begin(1, 990)
  expect(lag.messages).toBe(40)
})

test('a partition that went to another instance is nobody’s lag here, even when a last insert of it is acknowledged', () => {
  const lag = new TopicLag()
  lag.begin(0, 100)
  lag.observeEnd(0, 180)
  lag.clear()
  lag.stored(0, 120)
  lag.observeEnd(0, 500)
  expect(lag.messages).toBe(0)
})
