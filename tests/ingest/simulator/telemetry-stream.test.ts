import { expect, test } from 'vitest'
import type { Emission } from '../../../ingest/simulator/faults/faults.ts'
import { linesOf } from '../../../ingest/simulator/feeds/lines.ts'
import { provinceOf } from '../../../ingest/simulator/province.ts'
import { devicesOf, TelemetryStream } from '../../../ingest/simulator/telemetry-stream.ts'

const start = Date.parse('2026-11-23T02:00:00Z')

function streamed(seed: number, from: number, to: number): Emission[] {
  const province = provinceOf(seed, 0.1)
  const stream = new TelemetryStream(devicesOf(province, linesOf(province)), from)
  const emissions: Emission[] = []
  while (stream.through < to) emissions.push(...stream.next())
  return emissions
}

test('the same seed and start give the same readings in the same order', () => {
  const to = start + 60_000
  expect(streamed(1, start, to)).toEqual(streamed(1, start, to))
  expect(streamed(1, start, to)).not.toEqual(streamed(2, start, to))
})

test('a stream that starts later says the same of what both were there for', () => {
  const to = start + 120_000
  const later = start + 60_000
  const both = (emissions: Emission[]) =>
    emissions.filter(
      ({ item, record }) =>
        !record.endsWith('alarm') && item.event_time >= later && item.event_time < to - 30_000,
    )
  const early = both(streamed(1, start, to + 15 * 60_000))
  const late = both(streamed(1, later, to + 15 * 60_000))
  const text = (emissions: Emission[]) => emissions.map(emission => JSON.stringify(emission)).sort()
  expect(late.length).toBeGreaterThan(1000)
  expect(text(late)).toEqual(text(early))
})

test('readings arrive in order of arrival, none before its time', () => {
  let before = 0
  for (const { at, item } of streamed(1, start, start + 60_000)) {
    expect(at).toBeGreaterThanOrEqual(before)
    expect(at).toBeGreaterThanOrEqual(item.event_time)
    before = at
  }
})
