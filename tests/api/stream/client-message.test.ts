import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseClientMessage } from '../../../api/stream/client-message.ts'

const subscribe = { type: 'subscribe', id: 'a', regions: ['370000'], depth: 'self', kpis: ['*'] }

test.each([
  { type: 'hello', protocol: 1 },
  { type: 'hello', protocol: 1, token: 't', resume: { position: 5 }, colour: 'blue' },
  subscribe,
  { ...subscribe, alerts: true },
  { type: 'unsubscribe', id: 'a' },
  { type: 'ping' },
])('%j is a message', message => {
  expect(parseClientMessage(JSON.stringify(message))).toEqual({ kind: 'message', message })
})

test.each(['', 'hello', '[]', 'null', '{}', '{"type":1}', '{"type":"dance"}'])(
  '%s is not of this protocol',
  text => {
    expect(parseClientMessage(text).kind).toBe('unknown')
  },
)

test('a wrong field is named, and the subscription it is about', () => {
  expect(parseClientMessage(JSON.stringify({ ...subscribe, depth: 'deep' }))).toMatchObject({
    kind: 'invalid',
    id: 'a',
    reason: expect.stringContaining('/depth'),
  })
  expect(parseClientMessage(JSON.stringify({ ...subscribe, id: 7 }))).not.toHaveProperty('id')
})

test('law: no text makes the parser throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), text => {
      expect(['message', 'invalid', 'unknown']).toContain(parseClientMessage(text).kind)
    }),
  )
})
