import type { KafkaMessage } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { type Fetched, PendingBatch, spansOf } from '../../../processors/archive/pending-batch.ts'
import { insertToken } from '../../../processors/archive/sinks/insert-token.ts'

const limits = { rows: 3, bytes: 100, ageMs: 1_000 }

function message(offset: number, bytes = 10): KafkaMessage {
  return {
    offset: String(offset),
    key: null,
    value: Buffer.alloc(bytes),
    timestamp: '0',
    attributes: 0,
    headers: {},
  }
}

function fetched(partition: number, messages: KafkaMessage[], last = messages.at(-1)?.offset): Fetched {
  const first = messages[0]?.offset ?? '0'
  return { partition, messages, firstOffset: () => first, lastOffset: () => last ?? '0' }
}

describe('a pending batch', () => {
  it('is full once it holds enough messages', () => {
    const batch = new PendingBatch()
    batch.add(fetched(0, [message(1), message(2)]))
    expect(batch.isFull(limits)).toBe(false)
    batch.add(fetched(1, [message(7)]))
    expect(batch.isFull(limits)).toBe(true)
  })

  it('is full once its values are large enough, however few', () => {
    const batch = new PendingBatch()
    batch.add(fetched(0, [message(1, 100)]))
    expect(batch.isFull(limits)).toBe(true)
  })

  it('hands over everything in order and starts again empty', () => {
    const batch = new PendingBatch()
    batch.add(fetched(0, [message(5), message(6, 200)]))
    expect(batch.take().messages.map(({ offset }) => offset)).toEqual([5, 6])
    expect(batch.rows).toBe(0)
    expect(batch.isEmpty).toBe(true)
    expect(batch.isFull(limits)).toBe(false)
  })

  it('commits beyond what was fetched without a message, also where that is all there was', () => {
    const batch = new PendingBatch()
    batch.add(fetched(1, [message(5), message(6)], '9'))
    batch.add(fetched(1, [message(10)]))
    batch.add(fetched(0, [], '3'))
    expect(batch.isEmpty).toBe(false)
    expect(batch.take().spans).toEqual([
      { partition: 0, from: 0, through: 4 },
      { partition: 1, from: 5, through: 11 },
    ])
  })
})

describe('a pending batch of another log than the first', () => {
  it('knows messages by their places, and what is to be committed by offsets', () => {
    const batch = new PendingBatch()
    batch.add(fetched(0, [message(5), message(6)]), 0, 2_000_000_000)
    const { messages, spans } = batch.take()
    expect(messages.map(({ offset }) => offset)).toEqual([2_000_000_005, 2_000_000_006])
    expect(spans).toEqual([{ partition: 0, from: 5, through: 7 }])
  })

  it('takes nothing again that it has: in a log that begins anew it would be something else', () => {
    const batch = new PendingBatch()
    batch.add(fetched(0, [message(5), message(6), message(7)]), 6)
    const { messages, spans } = batch.take()
    expect(messages.map(({ offset }) => offset)).toEqual([6, 7])
    expect(spans).toEqual([{ partition: 0, from: 6, through: 8 }])
  })
})

describe('the spans of messages', () => {
  it('are one per partition, with the offset to commit as their end', () => {
    const at = (partition: number, offset: number) => ({ partition, offset })
    expect(spansOf([at(1, 9), at(0, 4), at(1, 10), at(0, 5), at(0, 2)])).toEqual([
      { partition: 0, from: 2, through: 6 },
      { partition: 1, from: 9, through: 11 },
    ])
  })
})

describe('the token of an insert', () => {
  const at = [{ partition: 0, offset: 0 }]

  it('is the same for the same content and another for other content at the same offsets', () => {
    expect(insertToken('t', at, Buffer.from('a'), 0)).toBe(insertToken('t', at, Buffer.from('a'), 0))
    expect(insertToken('t', at, Buffer.from('a'), 0)).not.toBe(insertToken('t', at, Buffer.from('b'), 0))
  })

  it('is another one where rows that were lost are inserted again', () => {
    expect(insertToken('t', at, Buffer.from('a'), 1)).not.toBe(insertToken('t', at, Buffer.from('a'), 0))
  })
})
