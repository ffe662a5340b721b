import { expect, it } from 'vitest'
import type { AuditReport } from '../../../../processors/audit/report/audit-report.ts'
import type { Difference } from '../../../../processors/audit/report/difference.ts'
import { printReport } from '../../../../processors/audit/report/print-report.ts'
import { reportJson } from '../../../../processors/audit/report/report-json.ts'

const start = Date.UTC(2026, 7, 1)
const clean: AuditReport = {
  from: start,
  to: start + 86_400_000,
  records: [
    {
      record: 'rack',
      windows: 1_440,
      received: 12_346,
      counted: 12_300,
      duplicates: 40,
      rejected: { unknown_asset: 5, field_range: 1 },
      waiting: 0,
      kpiValues: 7_200,
      offsets: 12_340,
      missingOffsets: 0,
      differences: 0,
      moving: 1,
      outside: { readings: 0, windows: 0 },
    },
  ],
  census: [{ census: 'grid_census', windowStart: start, windowEnd: start + 60_000, kpiValues: 624 }],
  differences: [],
  untold: 0,
  moving: [{ record: 'rack', windowStart: start, windowEnd: start + 60_000, reason: 'not final yet' }],
}
const difference = (i: number): Difference => ({
  check: 'kpis',
  record: 'rack',
  name: 'datacenter.it_load_kw',
  region: '370000',
  windowStart: start + i * 60_000,
  windowEnd: start + (i + 1) * 60_000,
  stored: 1.25,
  recomputed: null,
  revision: 2,
  version: 99,
  also: ['numerator'],
  offsets: [
    { partition: 0, first: 10, last: 20 },
    { partition: 3, first: 7, last: 7 },
  ],
})

it('says in one line that all is well, and what is moving', () => {
  expect(printReport(clean, { verbose: false })).toBe(
    `record  windows  received  counted  duplicates  rejected  waiting  KPI values  differences  moving
rack      1,440    12,346   12,300          40         6        0       7,200            0       1

rejected  rack: unknown_asset 5, field_range 1

offsets   12,340 that the archive has committed, none missing

range     windows that start from 2026-08-01T00:00:00.000Z to 2026-08-02T00:00:00.000Z

census    grid_census of 2026-08-01T00:00:00.000Z/2026-08-01T00:01:00.000Z: 624 KPI values

moving    1 window: not final yet

clean: 12,346 messages, 7,824 KPI values, no difference; 1 window still moving
`,
  )
})

it('says from when on it looked where there is no end', () => {
  expect(printReport({ ...clean, to: Date.UTC(2299, 11, 31) }, { verbose: false })).toContain(
    'range     windows that start from 2026-08-01T00:00:00.000Z on\n',
  )
})

it('says what it did not look at, and does not call clean what it did not see', () => {
  const [rack] = clean.records
  const outside = { readings: 47_246, windows: 1_024 }
  const some = printReport({ ...clean, records: [{ ...rack!, outside }] }, { verbose: false })
  expect(some).toContain(
    'not looked at  rack: 1,024 windows and 47,246 messages before or after: --all takes all\n',
  )
  expect(some).toContain('clean: 12,346 messages')
  const nothing = { ...rack!, received: 0, rejected: {}, counted: 0, outside }
  const report = { ...clean, records: [nothing], census: [], moving: [] }
  expect(printReport(report, { verbose: false })).toMatch(
    /nothing was looked at: no message is in this range\n$/,
  )
})

it('names moving windows when asked to', () => {
  expect(printReport(clean, { verbose: true })).toContain(
    'not final yet\n  rack 2026-08-01T00:00:00.000Z/2026-08-01T00:01:00.000Z\n',
  )
})

it('shows the first differences of each check, with where to look', () => {
  const text = printReport(
    { ...clean, differences: Array.from({ length: 25 }, (_, i) => difference(i)) },
    { verbose: false },
  )
  expect(text).toContain(`not so: KPIs of the last revision = recomputed from the measures (25)
  rack 370000 2026-08-01T00:00:00.000Z/2026-08-01T00:01:00.000Z; datacenter.it_load_kw: stored 1.25, recomputed none; revision 2, version 99; also numerator; offsets 0:10-20 3:7-7
`)
  expect(text).toContain('  … and 5 more: --json lists them')
  expect(text.match(/datacenter.it_load_kw/g)).toHaveLength(20)
  expect(text.trimEnd().split('\n').at(-1)).toBe(
    'not clean: 12,346 messages, 7,824 KPI values, 25 differences; 1 window still moving',
  )
})

it('gives everything as JSON, times as RFC 3339', () => {
  const report = JSON.parse(reportJson({ ...clean, differences: [difference(0)] }))
  expect(report).toMatchObject({
    clean: false,
    from: '2026-08-01T00:00:00.000Z',
    records: [{ record: 'rack', received: 12_346, rejected: { unknown_asset: 5 } }],
    moving: [{ windowStart: '2026-08-01T00:00:00.000Z', reason: 'not final yet' }],
    differences: [{ name: 'datacenter.it_load_kw', windowEnd: '2026-08-01T00:01:00.000Z', recomputed: null }],
  })
  expect(JSON.parse(reportJson(clean)).clean).toBe(true)
})
