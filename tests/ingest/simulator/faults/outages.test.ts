import { expect, test } from 'vitest'
import { type Outage, outagesOf } from '../../../../ingest/simulator/faults/outages.ts'
import { linesOf } from '../../../../ingest/simulator/feeds/lines.ts'
import { countyCode, provinceOf } from '../../../../ingest/simulator/province.ts'
import { devicesOf, TelemetryStream } from '../../../../ingest/simulator/telemetry-stream.ts'
import { records } from '../../../../schemas/records/records.ts'

const start = Date.parse('2026-11-23T02:00:00Z')
const minute = 60_000

test('outages last 3 to 10 minutes and one is under way about half of the time', () => {
  const outages = outagesOf(1)
  const seen = new Set<Outage>()
  let under = 0
  const minutes = 7 * 24 * 60
  for (let n = 0; n < minutes; n++) {
    const outage = outages.at(start + n * minute)
    if (outage) {
      seen.add(outage)
      under++
    }
  }
  for (const { from, to } of seen) {
    expect(to - from).toBeGreaterThanOrEqual(3 * minute)
    expect(to - from).toBeLessThanOrEqual(10 * minute)
  }
  expect(under / minutes).toBeGreaterThan(0.4)
  expect(under / minutes).toBeLessThan(0.6)
  const whole = [...seen].filter(({ feed }) => feed === null).length
  expect(whole / seen.size).toBeGreaterThan(0.1)
  expect(whole / seen.size).toBeLessThan(0.3)
})

test.each([false, true])('an outage silences its county (all feeds: %s) and no other', all => {
  const outages = outagesOf(1)
  let t = start
  let outage = outages.at(t)
  while (!outage || (outage.feed === null) !== all || (!all && outage.feed === 'grid')) {
    t += minute
    outage = outages.at(t)
  }
  const province = provinceOf(1, 0.5)
  const stream = new TelemetryStream(devicesOf(province, linesOf(province)), outage.from - 500)
  while (stream.through < outage.from) stream.next()
  const code = countyCode(outage.county)
  const others = new Set<string>()
  const own = new Set<string>()
  while (stream.ends <= Math.min(outage.to, outage.from + 3 * minute)) {
    for (const { record, item, at } of stream.next()) {
      const feed = records[record].feed
      if (at < outage.from) continue
      const from = item.asset_id.split('-')[1] ?? ''
      if (from === code) own.add(feed)
      else if (feed === 'radio') others.add(from)
    }
  }
  if (outage.feed === null) expect([...own]).toEqual([])
  else {
    expect(own).not.toContain(outage.feed)
    expect(own.size).toBeGreaterThanOrEqual(2)
  }
  expect(others.size).toBe(135)
})
