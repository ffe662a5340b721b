import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv, type ValidateFunction } from 'ajv'
import type { Static } from 'typebox'
import { describe, expect, expectTypeOf, test, vi } from 'vitest'
import type { clientMessages } from '../../../api/asyncapi/client-messages.ts'
import { serverMessages } from '../../../api/asyncapi/server-messages.ts'
import { streamErrors } from '../../../api/asyncapi/stream-errors.ts'
import { parseClientMessage } from '../../../api/stream/client-message.ts'
import { closeCodes } from '../../../schemas/protocol/close-codes.ts'
import type * as protocol from '../../../schemas/protocol/stream.ts'
import { alert } from '../alerts/alerts.ts'
import { app } from '../app.ts'
import { emptyTable, window } from '../cells/windows.ts'
import { caller, limits, province, StreamUnderTest } from '../stream/stream-under-test.ts'

// Schemas are compiled in it, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 30_000 })

interface Document {
  readonly info: { readonly description: string }
  readonly components: { readonly messages: Readonly<Record<string, { readonly payload: object }>> }
}

const served = (await (await app()).inject('/asyncapi.json')).json<Document>()

/** The document's schema of a message, with nothing allowed in it that it does not describe. */
function described(name: string): ValidateFunction {
  const strict = JSON.parse(JSON.stringify(served.components.messages[name]!.payload), (_key, value) =>
    value?.type === 'object' ? { additionalProperties: false, ...value } : value,
  )
  return new Ajv({ allowUnionTypes: true }).compile(strict)
}

test('it is AsyncAPI 3', async () => {
  const schema = createRequire(import.meta.url).resolve('@asyncapi/specs/schemas/3.0.0.json')
  // It brings the meta-schema along.
  const ajv = new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false })
  const valid = ajv.compile(JSON.parse(readFileSync(schema, 'utf8')))
  expect(valid(served), JSON.stringify(valid.errors)).toBe(true)
  expect(valid({ ...served, operations: { listen: { action: 'hear' } } })).toBe(false)
})

test('it is open to everybody and says when it is the same', async () => {
  const api = await app({ anonymous: 'off' })
  const { statusCode, headers } = await api.inject({ url: '/asyncapi.json', remoteAddress: '10.1.2.3' })
  expect(statusCode).toBe(200)
  const again = await api.inject({ url: '/asyncapi.json', headers: { 'if-none-match': headers.etag } })
  expect(again.statusCode).toBe(304)
})

test('it says every close code and every error code', () => {
  for (const { code, retry, doc } of Object.values(closeCodes)) {
    expect(served.info.description).toContain(`| ${code} | ${retry ? 'yes' : 'no'} | ${doc} |`)
  }
  for (const [code, meaning] of Object.entries(streamErrors)) {
    expect(served.info.description).toContain(`| ${code} | ${meaning} |`)
  }
})

test('its messages are those of the protocol', () => {
  expectTypeOf<Static<typeof clientMessages.hello>>().toExtend<protocol.Hello>()
  expectTypeOf<Static<typeof clientMessages.subscribe>>().toExtend<protocol.Subscribe>()
  expectTypeOf<Static<typeof clientMessages.unsubscribe>>().toExtend<protocol.Unsubscribe>()
  expectTypeOf<Static<typeof clientMessages.ping>>().toExtend<protocol.Ping>()
  expectTypeOf<Static<typeof serverMessages.welcome>>().toExtend<protocol.Welcome>()
  expectTypeOf<Static<typeof serverMessages.snapshot>>().toExtend<protocol.Snapshot>()
  expectTypeOf<Static<typeof serverMessages.delta>>().toExtend<protocol.Delta>()
  expectTypeOf<Static<typeof serverMessages.alert>>().toExtend<protocol.AlertTold>()
  expectTypeOf<Static<typeof serverMessages.heartbeat>>().toExtend<protocol.Heartbeat>()
  expectTypeOf<Static<typeof serverMessages.pong>>().toExtend<protocol.Pong>()
  // A code is one of the table here, any text to a client, which may be older than the server.
  expectTypeOf<Static<typeof serverMessages.error>>().toExtend<protocol.StreamError>()
  expectTypeOf<protocol.ServerMessage['type']>().toEqualTypeOf<keyof typeof serverMessages>()
  expectTypeOf<protocol.ClientMessage['type']>().toEqualTypeOf<keyof typeof clientMessages>()
})

const subscribe = { type: 'subscribe', id: 'a', ...province } as const

describe('a client message', () => {
  test.each([
    { type: 'hello', protocol: 1 },
    { type: 'hello', protocol: 1, token: 't', wall: 'w', resume: { position: 7, seen: 9, log: 'l' } },
    subscribe,
    { ...subscribe, alerts: true, fresh: true },
    { type: 'unsubscribe', id: 'a' },
    { type: 'ping' },
  ])('that is described is taken: %j', message => {
    expect(described(message.type)(message)).toBe(true)
    expect(parseClientMessage(JSON.stringify(message))).toEqual({ kind: 'message', message })
  })

  test.each([
    { type: 'hello', protocol: '1' },
    { type: 'hello', protocol: 1, resume: { position: -1 } },
    { type: 'hello', protocol: 1, resume: { position: 1, seen: -1 } },
    { ...subscribe, id: '' },
    { ...subscribe, regions: [] },
    { ...subscribe, depth: 'deep' },
    { ...subscribe, kpis: Array.from({ length: 101 }, () => '*') },
    { type: 'unsubscribe' },
  ])('that is not is not: %j', message => {
    expect(described(message.type)(message)).toBe(false)
    expect(parseClientMessage(JSON.stringify(message)).kind).toBe('invalid')
  })
})

test('what the hub really says is as described, every message and every error', async () => {
  const table = emptyTable()
  table.put(window({ value: 40 }))
  table.put(window({ region: '370102', value: null, coverage: null }))
  table.advanceTo(7)
  const stream = new StreamUnderTest(table)
  stream.alerts.put(alert({ fired_at: null, labels: { team: 'traffic' } }))
  stream.alerts.advanceTo(1)
  const { client, session } = await stream.connect()
  const heard: protocol.ServerMessage[] = []
  const greeted = await stream.connect({ resume: { position: 3, log: 'another' } })
  const newcomer = stream.hub.open(client)
  await stream.say(newcomer, { type: 'hello', protocol: 1 })
  heard.push(...client.take())
  for (const message of [
    { ...subscribe, alerts: true },
    { ...subscribe, regions: [] },
    { ...subscribe, regions: ['1'] },
    { ...subscribe, kpis: ['weather.*'] },
    { type: 'unsubscribe', id: 'other' },
    { type: 'hello', protocol: 1 },
    { type: 'ping' },
  ])
    await stream.say(session, message)
  await stream.say(greeted.session, subscribe)
  stream.hub.tick()
  stream.alerts.put(alert({ version: 2, value: null, silenced_by: ['s'] }))
  table.put(window({ value: 41, version: 1_000 }))
  table.advanceTo(8)
  stream.hub.tick()
  stream.wall.advance(limits.heartbeatMs + 1)
  stream.hub.tick()
  for (let n = 0; n <= limits.maxSubscriptions; n++) {
    stream.wall.advance(1_000)
    await stream.say(session, { ...subscribe, id: `s${n}` })
  }
  for (let n = 0; n <= limits.messages.burst; n++) await stream.say(session, { type: 'ping' }, caller)
  heard.push(...client.take(), ...greeted.client.take())

  for (const message of heard) {
    const valid = described(message.type)
    expect(valid(message), `${JSON.stringify(message)} ${JSON.stringify(valid.errors)}`).toBe(true)
  }
  expect(new Set(heard.map(({ type }) => type))).toEqual(new Set(Object.keys(serverMessages)))
  const errors = heard.flatMap(message => (message.type === 'error' ? [message.code] : []))
  // A viewer without a token may see every region.
  const all = Object.keys(streamErrors).filter(code => code !== 'forbidden_region')
  expect(new Set(errors)).toEqual(new Set(all))
  expect(heard.some(message => message.type === 'snapshot' && message.reason === 'other_log')).toBe(true)
})
