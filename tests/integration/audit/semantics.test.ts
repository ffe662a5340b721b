import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { regionalRows } from '../../../processors/archive/sinks/regional-rows.ts'
import { lookAt } from '../../../processors/audit/checks/look-at.ts'
import type { LogProgress } from '../../../processors/audit/progress/log-progress.ts'
import { recomputeCounties, type StoredReading } from '../../../processors/correct/recompute-counties.ts'
import { buildRegional } from '../../../processors/regional/build-regional.ts'
import { rollUp } from '../../../processors/regional/totals.ts'
import { compileMeasures } from '../../../processors/windows/measure-program.ts'
import { readingTable } from '../../../schemas/clickhouse/reading-tables.ts'
import { kpisOf } from '../../../schemas/kpis/kpis.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'
import { type Field, type RecordId, recordIds } from '../../../schemas/records/record.ts'
import { records } from '../../../schemas/records/records.ts'
import { identityOf } from '../../identity.ts'
import { sqlTime, type TestDatabase, testDatabase } from '../database.ts'

/**
 * What the processors' code makes of readings, with every kind of gap in them, is what the audit's SQL makes of them.
 */
const minute = 60_000
const start = Date.UTC(2026, 7, 1)
const windows = 4
const counties = ['370102', '370103', '370202', '371302']
const partitions = 2

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db.drop())

/** The same numbers in every run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

function randomValue(field: Field, random: () => number): unknown {
  if (!field.required && random() < 0.2) return null
  switch (field.type) {
    case 'double':
      return (field.min ?? 0) + random() * Math.min(1_000, (field.max ?? 1_000) - (field.min ?? 0))
    case 'long':
      return Math.ceil((field.min ?? 0) + random() * 50)
    case 'boolean':
      return random() < 0.3
    case 'string':
      return `text-${Math.floor(random() * 5)}`
    case 'timestamp':
      return start + Math.floor(random() * minute)
    case 'enum':
      return field.values[Math.floor(random() * field.values.length)]
  }
}

/** Several readings of every asset and window; some assets move between counties. */
function readingsOf(record: RecordId): StoredReading[] {
  const random = numbers(17 + recordIds.indexOf(record))
  const { fields } = records[record]
  const offsets = Array.from({ length: partitions }, () => 0)
  return Array.from({ length: 400 }, (_, i) => {
    const asset = i % 20
    const partition = asset % partitions
    const home = asset % (counties.length - 1)
    return {
      assetId: `asset-${asset}`,
      county: counties[random() < 0.05 ? home + 1 : home]!,
      eventTime: start + Math.floor(random() * windows * minute),
      partition,
      offset: offsets[partition]!++,
      fields: Object.fromEntries(fields.map(field => [field.name, randomValue(field, random)])),
    }
  })
}

async function store(record: RecordId): Promise<LogProgress> {
  const readings = readingsOf(record)
  const times = new Set(
    records[record].fields.flatMap(({ name, type }) => (type === 'timestamp' ? [name] : [])),
  )
  await db.insert(
    readingTable(record).name,
    readings.map(({ assetId, county, eventTime, partition, offset, fields }) => ({
      ...Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [
          name,
          times.has(name) && value !== null ? sqlTime(Number(value)) : value,
        ]),
      ),
      asset_id: assetId,
      county,
      event_time: sqlTime(eventTime),
      received_at: sqlTime(eventTime),
      kafka_partition: partition,
      kafka_offset: offset,
    })),
  )
  const identities = new Set<string>()
  const first = readings.filter(({ assetId, eventTime, fields }) => {
    const identity = identityOf(record, assetId, eventTime, fields)
    return !identities.has(identity) && identities.add(identity)
  })
  const lineage = Array.from({ length: partitions }, (_, partition) => ({
    partition,
    from_offset: 0,
    through_offset: 400,
  }))
  for (let windowStart = start; windowStart < start + windows * minute; windowStart += minute) {
    const end = windowStart + minute
    const inWindow = (reading: StoredReading): boolean =>
      reading.eventTime >= windowStart && reading.eventTime < end
    const options = {
      program: compileMeasures(measureSets[record], records[record].identity),
      suspectField: records[record].suspectField,
    }
    const totals = recomputeCounties(first.filter(inWindow), { ...options, windowStart, sizeMs: minute })
    for (const [county, found] of totals) {
      const messages = readings.filter(reading => inWindow(reading) && reading.county === county).length
      totals.set(county, { ...found, expected: 2.5, duplicates: messages - found.readings })
    }
    // A county that was expected to report and did not.
    const [some] = totals.values()
    if (some) {
      const { measures } = measureSets[record]
      const none = measures.map(({ op }) =>
        op === 'max' ? Number.NEGATIVE_INFINITY : op === 'min' ? Number.POSITIVE_INFINITY : 0,
      )
      totals.set('371681', {
        ...some,
        assets: 0,
        readings: 0,
        duplicates: 0,
        eventTimeMax: 0,
        expected: 3,
        measures: none,
      })
    }
    const facts = {
      series: record,
      measures: measureSets[record].measures,
      start: windowStart,
      end,
      status: 'final',
      revision: 1,
      version: 800,
      observedUntil: end,
      computedAt: end,
      lineage,
    } as const
    const tables = new Map<string, object[]>()
    for (const [region, found] of rollUp(measureSets[record].measures, totals)) {
      for (const [table, rows] of regionalRows(buildRegional(facts, region, found), 0)) {
        tables.set(table, [...(tables.get(table) ?? []), ...rows])
      }
    }
    for (const [table, rows] of tables) await db.insert(table, rows.map(ofBefore))
  }
  const archived = Array.from({ length: partitions }, () => 400)
  return {
    records: new Map([[record, { low: [0, 0], high: archived, archived, aggregated: [] }]]),
  } as unknown as LogProgress
}

/** The silent county's row as it was stored before there were measures that are shares. */
function ofBefore(row: object): object {
  if (!('county' in row) || row.county !== '371681') return row
  const shares = Object.values(measureSets).flatMap(({ measures }) =>
    measures.filter(({ id, op }) => op === 'share_sum' && id in row),
  )
  return { ...row, ...Object.fromEntries(shares.map(({ id }) => [id, null])) }
}

describe.each(recordIds)('%s', record => {
  const spans = [{ from: start, to: start + windows * minute }]

  it('is recomputed from its readings and measures as the processors do it', async () => {
    const progress = await store(record)
    const target = { clickhouse: db.client, database: db.database }
    const county = await lookAt(target, { series: { record, sizeMs: minute }, spans }, progress)
    expect(county.windows).toEqual([])
    expect(county.clean).toMatchObject({ windows, received: 400, waiting: 0 })
    for (const kpi of kpisOf(record)) {
      const look = await lookAt(target, { series: { record, sizeMs: minute, kpi }, spans }, progress)
      expect(look.windows, kpi.id).toEqual([])
      expect(look.clean.kpiValues, kpi.id).toBeGreaterThan(windows * 8)
    }
  })

  it('is found to differ by every single measure', async () => {
    const target = { clickhouse: db.client, database: db.database }
    const archived = [400, 400]
    const progress = { records: new Map([[record, { archived }]]) } as unknown as LogProgress
    const tampered: string[] = []
    for (const { id } of measureSets[record].measures) {
      const row = `SELECT * REPLACE (version + 1 AS version, ifNull(${id}, 0) + 0.001 AS ${id})
        FROM ${db.database}.measures_${record} WHERE county = '370102' AND window_start = fromUnixTimestamp64Milli(${start})`
      await db.client.command({ query: `INSERT INTO ${db.database}.measures_${record}_windows_store ${row}` })
      tampered.push(id)
      const { windows: found } = await lookAt(target, { series: { record, sizeMs: minute }, spans }, progress)
      expect(found.map(({ windowStart }) => windowStart)).toEqual([start])
      const [difference, ...others] = found[0]!.differences
      expect(others).toEqual([])
      expect(difference).toMatchObject({
        check: 'measures',
        region: '370102',
        version: 800 + tampered.length,
      })
      expect([difference!.name, ...difference!.also!]).toEqual(tampered)
    }
  })
})
