import fc from 'fast-check'
import { expect, test } from 'vitest'
import { requests } from '../../../processors/publish/requests.ts'

const message = (value: string) => ({ key: 'k', value })

test('what fits into one request goes in one', () => {
  const output = [
    { topic: 'partial', messages: [message('a'), message('b')] },
    { topic: 'late', messages: [message('c')] },
  ]
  expect(requests(output)).toEqual([output])
  expect(requests([])).toEqual([])
})

test('a message that is larger than a request goes by itself', () => {
  const large = message('x'.repeat(300))
  expect(requests([{ topic: 't', messages: [message('a'), large, message('b')] }], 200)).toEqual([
    [{ topic: 't', messages: [message('a')] }],
    [{ topic: 't', messages: [large] }],
    [{ topic: 't', messages: [message('b')] }],
  ])
})

test('nothing is lost, repeated or moved, and no request is larger than allowed', () => {
  const text = fc.string({ maxLength: 60 })
  fc.assert(
    fc.property(fc.array(text), fc.array(text), (partials, late) => {
      const output = [
        { topic: 'partial', messages: partials.map(message) },
        { topic: 'late', messages: late.map(message) },
      ]
      const sent = requests(output, 400)
      for (const { topic, messages } of output) {
        const parts = sent.flat().filter(part => part.topic === topic)
        expect(parts.flatMap(part => part.messages)).toEqual(messages)
      }
      for (const request of sent) {
        const bytes = request.flatMap(part => part.messages.map(({ value }) => Buffer.byteLength(`${value}`)))
        expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(400)
      }
    }),
  )
})
