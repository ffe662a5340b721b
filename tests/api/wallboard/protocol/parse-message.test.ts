import { describe, expect, test } from 'vitest'
import { parseHealth } from '../../../../api/wallboard/protocol/parse-health.ts'
import { parseMessage } from '../../../../api/wallboard/protocol/parse-message.ts'
import { parseSeries } from '../../../../api/wallboard/protocol/parse-series.ts'
import type { Cell, ServerMessage } from '../../../../schemas/protocol/stream.ts'

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
    { type: 'welcome', protocol: 1, position: 5, heartbeat_ms: 1_000, server_time: 9, clock_speed: 60 },
    { type: 'snapshot', id: 'wall', position: 5, cells: [cell], alerts: [] },
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

  test.each([
    ['no JSON', 'hello'],
    ['no object', '[]'],
    ['an unknown type', '{"type":"weather"}'],
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

describe('answers over HTTP', () => {
  test('a series is read by region', () => {
    const point = {
      window_start: 0,
      window_end: 60_000,
      value: 3,
      status: 'corrected',
      revision: 2,
      coverage: 1,
    }
    const series = parseSeries({
      series: [{ region: '370100', points: [{ ...point, version: 1, readings: 5 }] }],
    })
    expect(series).toEqual(new Map([['370100', [point]]]))
    expect(
      parseSeries({ series: [{ region: '370100', points: [{ ...point, value: 'x' }] }] }),
    ).toBeUndefined()
    expect(parseSeries({ title: 'Not found' })).toBeUndefined()
  })

  test('a count that the server does not know is null, not zero', () => {
    const [row] = parseHealth({ records: [{ record: 'rack', readings_per_s: 12.5, late: null }] }) ?? []
    expect(row).toMatchObject({ record: 'rack', readings_per_s: 12.5, late: null, rejected: null })
    expect(parseHealth({ error: 'x' })).toBeUndefined()
  })
})
