import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Outgoing, SendQueue } from '../../../ingest/sink/send-queue.ts'

const message = (topic: string, key: string, bytes = 10): Outgoing => ({
  topic,
  key,
  value: Buffer.alloc(bytes),
})
const limits = { topicBytes: 1_000, topicMessages: 5 }

describe('SendQueue', () => {
  it('puts the messages of several senders into one parcel', async () => {
    const queue = new SendQueue(limits)
    const one = queue.add([message('a', '1'), message('b', '2')])
    const two = queue.add([message('a', '3')])
    const parcel = queue.take()!
    expect(parcel.topicMessages.map(({ topic, messages }) => [topic, messages.map(m => m.key)])).toEqual([
      ['a', ['1', '3']],
      ['b', ['2']],
    ])
    parcel.acknowledge()
    await Promise.all([one.promise, two.promise])
    expect(queue.take()).toBeUndefined()
  })

  it('resolves a send only when its last parcel is acknowledged', async () => {
    const queue = new SendQueue(limits)
    const send = queue.add(Array.from({ length: 7 }, (_, i) => message('a', String(i))))
    let resolved = false
    const done = send.promise.then(() => {
      resolved = true
    })
    queue.take()!.acknowledge()
    await Promise.resolve()
    expect(resolved).toBe(false)
    queue.take()!.acknowledge()
    await done
  })

  it('leaves behind what was given up', async () => {
    const queue = new SendQueue(limits)
    const lost = queue.add([message('a', 'lost')])
    const kept = queue.add([message('a', 'kept')])
    lost.fail(new Error('too late'))
    await expect(lost.promise).rejects.toThrow('too late')
    const parcel = queue.take()!
    expect(parcel.topicMessages[0]!.messages.map(m => m.key)).toEqual(['kept'])
    parcel.acknowledge()
    await kept.promise
  })

  it('keeps order and limits, and loses nothing, whatever is sent', () => {
    const sizes = fc.array(fc.array(fc.integer({ min: 0, max: 1_500 }), { minLength: 1, maxLength: 9 }))
    fc.assert(
      fc.property(sizes, sends => {
        const queue = new SendQueue(limits)
        const expected: Outgoing[] = []
        for (const send of sends) {
          const messages = send.map((bytes, i) => message('a', `${expected.length + i}`, bytes))
          queue.add(messages)
          expected.push(...messages)
        }
        const taken: Outgoing[] = []
        for (let parcel = queue.take(); parcel; parcel = queue.take()) {
          const messages = parcel.topicMessages[0]!.messages
          expect(messages.length).toBeLessThanOrEqual(limits.topicMessages)
          const bytes = messages.reduce((sum, { value }) => sum + value.length, 0)
          expect(messages.length === 1 || bytes <= limits.topicBytes).toBe(true)
          taken.push(...messages)
        }
        expect(taken).toEqual(expected)
        expect(queue.size).toBe(0)
      }),
    )
  })
})
