import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AuditReport } from '../../../processors/audit/report/audit-report.ts'
import { type RecordId, recordIds } from '../../../schemas/records/record.ts'
import { telemetryTopic } from '../../../schemas/topics.ts'
import { identityOf } from '../../identity.ts'
import { AuditedSystem } from './audited-system.ts'
import { type Reading, reading, registerAll, regularReadings, windowMs } from './province-load.ts'

/** Real processors on real stores make the values; then they are tampered with, one by one. */
const windows = 6
const patience = { timeout: 120_000, interval: 300 }
const start = Math.floor(Date.now() / windowMs) * windowMs - 30 * windowMs
/** The window that is tampered with, and its first county. */
const tampered = start + 3 * windowMs
const county = '370102'

let system: AuditedSystem
const sent = new Map<RecordId, Reading[]>()
let live: AuditReport
let settled: AuditReport

async function send(record: RecordId, readings: Reading[]): Promise<void> {
  await system.sendReadings(record, readings)
  sent.set(record, [...(sent.get(record) ?? []), ...readings])
}

/** Assets of the first county that report from another one too: a window of an asset that counts in the first all the same. */
const movedTo = '370302'
const movedLive = (record: RecordId): Reading => ({
  ...reading(record, 1, start + 4 * windowMs + 7_777, 12),
  county: movedTo,
})
const movedLate = (record: RecordId): Reading => ({
  ...reading(record, 2, start + windowMs + 5_555, 13),
  county: movedTo,
})

async function storedRevision(record: RecordId, windowStart: number): Promise<number> {
  const [row] = await system.rows<{ revision: number }>(
    `SELECT max(revision) AS revision FROM citybrain.measures_${record} WHERE window_start = fromUnixTimestamp64Milli(${windowStart})`,
  )
  return row?.revision ?? 0
}

beforeAll(async () => {
  system = await AuditedSystem.start()
  await registerAll(system)
  for (const record of recordIds) {
    const all = [...regularReadings(record, start, windows), movedLive(record)]
    await send(
      record,
      all.toSorted((left, right) => left.event_time - right.event_time),
    )
  }
  const last = start + (windows - 1) * windowMs
  for (const record of recordIds)
    await vi.waitUntil(async () => (await storedRevision(record, last)) === 1, patience)
  // Late: new readings for the second window, a duplicate for the third, and a window before all others.
  for (const record of recordIds) {
    await send(record, [
      reading(record, 1, start + windowMs + 3_333, 5),
      reading(record, 9, start + windowMs + 4_444, 6),
      regularReadings(record, start, windows).find(({ event_time }) => event_time >= start + 2 * windowMs)!,
      reading(record, 4, start - 5 * windowMs + 1, 8),
      movedLate(record),
    ])
  }
  await system.send(telemetryTopic('rack'), [{ key: 'broken', value: null }])
  live = await system.audit(60_000)
  for (const record of recordIds) {
    await vi.waitUntil(async () => (await storedRevision(record, start + windowMs)) === 2, patience)
    await vi.waitUntil(async () => (await storedRevision(record, start - 5 * windowMs)) === 1, patience)
  }
  await vi.waitUntil(async () => (await system.audit(20_000)).moving.length === 0, patience)
  await system.stopProcessors()
  settled = await system.audit(5_000)
})
afterAll(() => system.stop())

describe('what real processors made', () => {
  it('is clean, also while they correct windows', () => {
    expect(live.differences).toEqual([])
    expect(settled).toMatchObject({ differences: [], untold: 0, moving: [] })
  })

  it.each(recordIds)('adds up for %s', record => {
    const messages = sent.get(record)!
    const identities = new Set(messages.map(one => identityOf(record, one.asset_id, one.event_time, one)))
    const refused = record === 'rack' ? { archive_refused: 1 } : {}
    const rejected = Object.values(refused).length
    expect(settled.records.find(one => one.record === record)).toMatchObject({
      received: messages.length + rejected,
      counted: identities.size,
      duplicates: messages.length - identities.size,
      rejected: refused,
      waiting: 0,
      offsets: messages.length + rejected,
      missingOffsets: 0,
      differences: 0,
      moving: 0,
    })
  })

  it('has every KPI of every window and region compared', () => {
    const values = (record: RecordId) => settled.records.find(one => one.record === record)?.kpiValues
    // 4 counties, 3 cities, 2 circles, the province; every window that was told, five KPIs.
    const told = settled.records.find(({ record }) => record === 'rack')!.windows
    expect(told).toBeGreaterThan(windows)
    expect(values('rack')).toBe(told * 10 * 5)
    expect(values('grid_defect')).toBe(0)
    expect(settled.census.map(({ census }) => census)).toEqual([
      'radio_census',
      'datacenter_census',
      'grid_census',
      'parking_census',
    ])
    expect(settled.census.map(({ kpiValues }) => kpiValues)).toEqual([312, 156, 624, 156])
  })
})

describe('an asset that reports from two counties in a window', () => {
  it.each([
    ['', start + 4 * windowMs, movedLive('rack'), 1],
    [', late from the second one,', start + windowMs, movedLate('rack'), 2],
  ])('counts%s in the first one with all its readings', async (_, window, moved, revision) => {
    const rows = await system.rows<Record<string, unknown>>(
      `SELECT county, revision, assets, readings, it_power_w, it_power_readings FROM citybrain.measures_rack
       WHERE county IN ('${county}', '${movedTo}') AND window_start = fromUnixTimestamp64Milli(${window}) ORDER BY county`,
    )
    const mine = sent
      .get('rack')!
      .filter(({ event_time: time }) => time >= window && time < window + windowMs)
    const first = mine.filter(
      (one, i) =>
        i === mine.findIndex(other => other.asset_id === one.asset_id && other.event_time === one.event_time),
    )
    const usable = first.filter(({ suspect }) => suspect !== true)
    const powerOf = (home: string) =>
      [...Map.groupBy(usable, ({ asset_id }) => asset_id).values()]
        .filter(([one]) => one!.county === home)
        .map(own => own.reduce((sum, one) => sum + Number(one.it_power_w), 0) / own.length)
        .reduce((sum, power) => sum + power, 0)
    const of = (home: string, some = first) => some.filter(one => one.county === home).length
    expect(moved.county).toBe(movedTo)
    expect(rows).toEqual([
      {
        ...{ county, revision, assets: 3, readings: of(county), it_power_readings: of(county, usable) + 1 },
        it_power_w: expect.closeTo(powerOf(county), 6),
      },
      {
        ...{
          county: movedTo,
          revision,
          assets: 3,
          readings: of(movedTo),
          it_power_readings: of(movedTo, usable) - 1,
        },
        it_power_w: expect.closeTo(powerOf(movedTo), 6),
      },
    ])
  })
})

const inWindow = `window_start = fromUnixTimestamp64Milli(${tampered})`
const at = (eventTime: number) => `event_time = fromUnixTimestamp64Milli(${eventTime})`

/** Changes rows, audits, and puts them back as they were. */
async function auditedWith(
  table: string,
  where: string,
  change: { readonly replace: string } | 'delete',
  record: RecordId = 'rack',
): Promise<AuditReport> {
  const original = await system.rows(`SELECT * FROM citybrain.${table} FINAL WHERE ${where}`)
  expect(original.length).toBeGreaterThan(0)
  const remove = `ALTER TABLE citybrain.${table} DELETE WHERE ${where} SETTINGS mutations_sync = 1`
  if (change === 'delete') await system.command(remove)
  else {
    await system.command(
      `INSERT INTO citybrain.${table} SELECT * REPLACE (${change.replace}) FROM citybrain.${table} FINAL WHERE ${where}`,
    )
  }
  // Of what is decided nobody waits so long; a machine may take seconds over a look.
  const report = await system.audit(10_000, [record])
  await system.command(remove)
  await system.insert(table, original)
  return report
}

const found = ({ differences }: AuditReport) =>
  differences.map(({ check, region, name, stored, recomputed }) => ({
    check,
    region,
    name,
    stored,
    recomputed,
  }))
const offset = 1e-6

describe('a tampered system', () => {
  it('is found out by a wrong value of a county, with both values and where to look', async () => {
    const where = `kpi = 'datacenter.it_load_kw' AND region = '${county}' AND ${inWindow}`
    const [row] = await system.rows<{ value: number; version: string }>(
      `SELECT value, version FROM citybrain.kpi WHERE ${where}`,
    )
    const report = await auditedWith('kpi_windows_store', where, {
      replace: `version + 1 AS version, value + ${offset} AS value`,
    })
    expect(report.differences).toEqual([
      {
        check: 'kpis',
        record: 'rack',
        name: 'datacenter.it_load_kw',
        region: county,
        windowStart: tampered,
        windowEnd: tampered + windowMs,
        stored: row!.value + offset,
        recomputed: expect.closeTo(row!.value, 9),
        revision: 1,
        version: Number(row!.version) + 1,
        also: [],
        offsets: expect.arrayContaining([
          { partition: expect.any(Number), first: expect.any(Number), last: expect.any(Number) },
        ]),
      },
    ])
    expect(report.records[0]).toMatchObject({ differences: 1 })
  })

  it.each(['numerator', 'denominator', 'coverage', 'readings', 'assets', 'expected'])(
    'is found out by a wrong %s of the province',
    async column => {
      const where = `kpi = 'datacenter.racks_in_use_pct' AND region = '370000' AND ${inWindow}`
      const report = await auditedWith('kpi_windows_store', where, {
        replace: `version + 1 AS version, ${column} + 1 AS ${column}`,
      })
      expect(report.differences).toMatchObject([
        { check: 'kpis', region: '370000', name: `datacenter.racks_in_use_pct ${column}`, also: [] },
      ])
    },
  )

  it.each(['370100', 'circle-shenghui'])('is found out by a wrong roll-up of %s', async region => {
    const where = `kpi = 'datacenter.inlet_max_c' AND region = '${region}' AND ${inWindow}`
    const report = await auditedWith('kpi_windows_store', where, {
      replace: 'version + 1 AS version, value + 1 AS value',
    })
    expect(report.differences).toMatchObject([{ check: 'kpis', region, name: 'datacenter.inlet_max_c' }])
  })

  it.each([
    [movedTo, 'assets + 1 AS assets'],
    [county, 'it_power_w - 1 AS it_power_w'],
  ])('is found out by an asset that counts in %s as if it had not moved', async (where, change) => {
    const window = `window_start = fromUnixTimestamp64Milli(${start + 4 * windowMs})`
    const report = await auditedWith('measures_rack_windows_store', `county = '${where}' AND ${window}`, {
      replace: `version + 1 AS version, ${change}`,
    })
    expect(found(report)).toContainEqual(expect.objectContaining({ check: 'measures', region: where }))
  })

  it('is found out by a wrong measure, down from the county', async () => {
    const where = `county = '${county}' AND ${inWindow}`
    const report = await auditedWith('measures_rack_windows_store', where, {
      replace: 'version + 1 AS version, it_power_w + 1 AS it_power_w',
    })
    const differences = found(report)
    expect(differences).toContainEqual(
      expect.objectContaining({ check: 'measures', region: county, name: 'it_power_w' }),
    )
    expect(
      differences
        .filter(({ check }) => check === 'kpis')
        .map(({ region }) => region)
        .sort(),
    ).toEqual(['370000', '370100', county, 'circle-shenghui'])
  })

  it('is found out by duplicates that were not received', async () => {
    const where = `county = '${county}' AND ${inWindow}`
    const report = await auditedWith('measures_rack_windows_store', where, {
      replace: 'version + 1 AS version, duplicates + 1 AS duplicates',
    })
    expect(found(report)).toMatchObject([{ check: 'conservation', region: county, name: 'received' }])
    const [difference] = report.differences
    expect(difference!.stored! - difference!.recomputed!).toBe(1)
  })

  it('is found out by a county’s missing window', async () => {
    const report = await auditedWith(
      'measures_rack_windows_store',
      `county = '${county}' AND ${inWindow}`,
      'delete',
    )
    expect(found(report)).toContainEqual({
      check: 'missing',
      region: county,
      name: 'readings',
      stored: null,
      recomputed: 6,
    })
    expect(report.records[0]).toMatchObject({ waiting: 6 })
  })

  it('is found out by a KPI that is not stored', async () => {
    const where = `kpi = 'datacenter.pue' AND region = '370000' AND ${inWindow}`
    const report = await auditedWith('kpi_windows_store', where, 'delete', 'facility')
    expect(report.differences).toMatchObject([
      {
        check: 'kpis',
        region: '370000',
        name: 'datacenter.pue',
        stored: null,
        note: 'its counties are stored, the KPI is not',
      },
    ])
  })

  it('is found out by a lost reading', async () => {
    const report = await auditedWith(
      'readings_rack_store',
      `asset_id = 'rack-${county}-1' AND ${at(tampered + 7)}`,
      'delete',
    )
    expect(found(report)).toContainEqual({
      check: 'readings',
      region: county,
      name: 'readings',
      stored: 6,
      recomputed: 5,
    })
    expect(found(report)).toContainEqual(
      expect.objectContaining({ check: 'measures', region: county, name: 'it_power_w' }),
    )
  })

  it('is found out by a lost message', async () => {
    const [row] = await system.rows<{ kafka_partition: number; kafka_offset: string }>(
      `SELECT kafka_partition, kafka_offset FROM citybrain.readings_rack WHERE asset_id = 'rack-${county}-1' AND ${at(tampered + 7)}`,
    )
    const partition = Number(row!.kafka_partition)
    const first = Number(row!.kafka_offset)
    const report = await auditedWith(
      'received_rack_store',
      `kafka_partition = ${partition} AND kafka_offset = ${first}`,
      'delete',
    )
    expect(report.differences).toContainEqual(
      expect.objectContaining({
        check: 'offsets',
        recomputed: 1,
        offsets: [{ partition, first, last: first }],
      }),
    )
    expect(report.records[0]).toMatchObject({ missingOffsets: 1 })
    expect(found(report)).toContainEqual(expect.objectContaining({ check: 'conservation', region: county }))
  })

  it('is found out by a row that has not seen what it should have', async () => {
    const where = `county = '${county}' AND ${inWindow}`
    const replace =
      'version + 1 AS version, arrayMap(x -> 0, lineage_through_offset) AS lineage_through_offset'
    const report = await auditedWith('measures_rack_windows_store', where, { replace })
    expect(report.differences).toContainEqual(
      expect.objectContaining({ check: 'readings', region: county, note: '6 of them lie above its lineage' }),
    )
  })

  it('is found out by a row that says to have seen what nobody sent', async () => {
    const where = `county = '${county}' AND ${inWindow}`
    const replace =
      'version + 1 AS version, arrayMap(x -> x + 1000, lineage_through_offset) AS lineage_through_offset'
    const report = await auditedWith('measures_rack_windows_store', where, { replace })
    expect(report.differences).toMatchObject([
      { check: 'progress', region: county, note: expect.stringContaining('the archive has not stored') },
    ])
  })

  it('is found out by a wrong census', async () => {
    const { windowStart } = settled.census.find(({ census }) => census === 'grid_census')!
    const where = `kpi = 'grid.defects_open_critical' AND region = '370000' AND window_start = fromUnixTimestamp64Milli(${windowStart})`
    const report = await auditedWith('kpi_windows_store', where, {
      replace: 'version + 1 AS version, value + 1 AS value',
    })
    expect(report.differences).toMatchObject([
      { check: 'census', record: 'grid_census', region: '370000', name: 'grid.defects_open_critical' },
    ])
  })
})

describe('the command', () => {
  const run = (args: readonly string[], env = system.env) =>
    new Promise<{ code: number | null; stdout: string; stderr: string }>(resolve => {
      const script = join(import.meta.dirname, '../../../processors/audit.ts')
      const child = execFile(process.execPath, [script, ...args], { env }, (_, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      )
    })

  it('ends with 0 where all is well, and says so in its last line', async () => {
    const { code, stdout } = await run(['--settle', '5'])
    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
      /^clean: [\d,]+ messages, [\d,]+ KPI values, no difference$/,
    )
  })

  it('audits what it is asked to, as JSON', async () => {
    const { code, stdout } = await run([
      '--json',
      '--record',
      'rack',
      '--from',
      String(tampered),
      '--to',
      String(tampered + windowMs),
    ])
    expect(code).toBe(0)
    const report = JSON.parse(stdout)
    expect(report).toMatchObject({ clean: true, records: [{ record: 'rack', windows: 1, counted: 24 }] })
    // What it did not look at is what it looks at where it is to take all.
    const [{ outside, counted, duplicates, waiting }] = report.records
    const all = await run(['--json', '--record', 'rack', '--all', '--settle', '5'])
    const [whole] = JSON.parse(all.stdout).records
    expect(whole).toMatchObject({ outside: { readings: 0, windows: 0 }, windows: outside.windows + 1 })
    const inRange = counted + duplicates + waiting
    expect(outside.readings + inRange).toBe(whole.counted + whole.duplicates + whole.waiting)
    expect(all.stderr).toContain('parts')
  })

  it('does not call clean what it did not look at', async () => {
    const { code, stdout } = await run(['--record', 'rack', '--to', '1', '--settle', '0'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/not looked at {2}rack: \d+ windows and [\d,]+ messages/)
    expect(stdout).toMatch(/nothing was looked at: no message is in this range\n$/)
  })

  it('ends with 64 for wrong usage and 69 where nothing answers', async () => {
    expect(await run(['--record', 'racks'])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--record'),
    })
    const nowhere = { ...system.env, CLICKHOUSE_URL: 'http://127.0.0.1:9' }
    expect(await run([], nowhere)).toMatchObject({ code: 69, stderr: expect.stringContaining('127.0.0.1:9') })
  })
})
