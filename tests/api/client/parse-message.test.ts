import { describe, expect, test } from 'vitest'
import { parseMessage } from '../../../api/client/parse-message.ts'
import type { Cell, ServerMessage } from '../../../schemas/protocol/stream.ts'

const cell: Cell = {
  kpi: 'parking.occupancy_pct',
  region: '370102',
  window_start: 0,
  window_end: 60_000,
  value: null,
  status: 'final',
  revision: 1,
  version: 7,
  coverage: 0,
  readings: 0,
  event_time_max: null,
}

describe('a message of the stream', () => {
  const messages: readonly ServerMessage[] = [
    {
      type: 'welcome',
      protocol: 1,
      position: 5,
      log: 'a',
      heartbeat_ms: 1_000,
      server_time: 9,
      clock_speed: 60,
    },
    { type: 'welcome', protocol: 1, position: 5, heartbeat_ms: 1_000, server_time: 9, clock_speed: 60 },
    { type: 'snapshot', id: 'wall', position: 5, cells: [cell], alerts: [] },
    { type: 'snapshot', id: 'wall', position: 5, since: 3, cells: [cell], alerts: [] },
    { type: 'snapshot', id: 'wall', position: 5, reason: 'position_too_old', cells: [cell], alerts: [] },
    {
      type: 'delta',
      position: 6,
      sent_at: 10,
      cells: [{ ...cell, value: 41.25, coverage: null, event_time_max: 3 }],
    },
    { type: 'heartbeat', position: 6, server_time: 11 },
    { type: 'pong' },
    { type: 'error', code: 'unknown_region', message: 'no such region', id: 'wall' },
  ]
  test.each(messages)('$type is read as it was written', message => {
    expect(parseMessage(JSON.stringify(message))).toEqual(message)
  })

  test('fields that a newer server adds do no harm', () => {
    const text = JSON.stringify({ type: 'heartbeat', position: 6, server_time: 11, load: 'low' })
    expect(parseMessage(text)).toEqual({ type: 'heartbeat', position: 6, server_time: 11 })
  })

  test('a type that a newer server adds is named, and nothing else is made of it', () => {
    expect(parseMessage('{"type":"weather","sky":"blue"}')).toEqual({ type: 'unknown', named: 'weather' })
  })

  test.each([
    ['no JSON', 'hello'],
    ['no object', '[]'],
    ['a type that is no text', '{"type":1}'],
    [
      'a part that does not say since when',
      '{"type":"snapshot","id":"x","position":1,"since":"1","cells":[]}',
    ],
    ['a missing field', '{"type":"heartbeat","position":6}'],
    [
      'a value that is text',
      JSON.stringify({ type: 'delta', position: 1, sent_at: 1, cells: [{ ...cell, value: '41' }] }),
    ],
    [
      'an unknown status',
      JSON.stringify({ type: 'delta', position: 1, sent_at: 1, cells: [{ ...cell, status: 'maybe' }] }),
    ],
  ])('%s is unreadable, not an exception', (_what, text) => {
    expect(parseMessage(text)).toMatchObject({ type: 'unreadable', why: expect.any(String) })
  })
})
