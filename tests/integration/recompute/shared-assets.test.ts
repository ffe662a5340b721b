import { afterAll, beforeAll, expect, it } from 'vitest'
import type { OffsetsAdmin } from '../../../platform/kafka/lasting-admin.ts'
import { regionalRows } from '../../../processors/archive/sinks/regional-rows.ts'
import { Corrector } from '../../../processors/correct/corrector.ts'
import { recomputeCounties, type StoredReading } from '../../../processors/correct/recompute-counties.ts'
import { withSharedAssets } from '../../../processors/correct/shared-assets.ts'
import { buildRegional } from '../../../processors/regional/build-regional.ts'
import { rollUp } from '../../../processors/regional/totals.ts'
import { checkpointMetadata } from '../../../processors/windows/checkpoint.ts'
import { compileMeasures } from '../../../processors/windows/measure-program.ts'
import { readingTable } from '../../../schemas/clickhouse/reading-tables.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'
import { telemetryTopic } from '../../../schemas/topics.ts'
import { firstLogs } from '../../first-log.ts'
import { sqlTime, type TestDatabase, testDatabase } from '../database.ts'

/** Counties of a window that share an asset are computed again together, from what ClickHouse holds. */
const minute = 60_000
const start = Date.UTC(2026, 7, 1)
const next = start + minute
const [lixia, shizhong, huaiyin, shinan, shibei, jinan] = [
  '370102',
  '370103',
  '370104',
  '370202',
  '370203',
  '370100',
] as const
const { measures } = measureSets.parking
const program = compileMeasures(measureSets.parking)
let offset = 0
const reading = (
  assetId: string,
  county: string,
  seconds: number,
  occupied: number,
  at = start,
): StoredReading => ({
  ...{ assetId, county, eventTime: at + seconds * 1_000, partition: 0, offset: offset++ },
  fields: { status: 'open', capacity: 100, occupied, exits: 1 },
})
/** a: Lixia, then Shizhong; b: Shizhong, then Huaiyin; c: two counties of Qingdao; d moves in the next window only. */
const stored = [
  reading('a', lixia, 1, 40),
  reading('a', shizhong, 2, 60),
  reading('b', shizhong, 3, 50),
  reading('b', huaiyin, 4, 50),
  reading('c', shinan, 5, 10),
  reading('c', shibei, 6, 10),
  reading('d', shinan, 7, 20),
  reading('d', lixia, 8, 20, next),
  reading('d', shinan, 9, 20, next),
]
/** Came when all windows were final. */
const late = reading('a', shizhong, 50, 80)
const lineageEnd = late.offset

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
  await db.insert(
    readingTable('parking').name,
    [...stored, late].map(({ assetId, county, eventTime, partition, offset: kafka_offset, fields }) => ({
      ...{ ...fields, asset_id: assetId, county, kafka_partition: partition, kafka_offset },
      ...{ event_time: sqlTime(eventTime), received_at: sqlTime(eventTime) },
    })),
  )
  await db.insert('archived_store', [
    {
      ...{ topic: telemetryTopic('parking'), kafka_partition: 0, round: 0 },
      ...{ through_offset: offset, stored_at: sqlTime(start) },
    },
  ])
  const inFirst = stored.filter(({ eventTime }) => eventTime < next)
  const totals = recomputeCounties(inFirst, { program, windowStart: start, sizeMs: minute })
  for (const [region, found] of rollUp(measures, totals)) {
    const message = buildRegional(
      {
        ...{
          series: 'parking',
          measures,
          start,
          end: next,
          status: 'final',
          revision: 1,
          version: lineageEnd,
        },
        ...{ observedUntil: next, computedAt: next },
        lineage: [{ partition: 0, from_offset: 0, through_offset: lineageEnd }],
      },
      region,
      found,
    )
    for (const [table, rows] of regionalRows(message, 0)) await db.insert(table, rows)
  }
})
afterAll(() => db.drop())

const queryBelow = (through: number) => ({
  ...({ clickhouse: db.client, database: db.database, record: 'parking', measures } as const),
  ...{ starts: [start, next], sizeMs: minute, vector: new Map([[0, through]]) },
})
const sharing = async (through: number, counties: readonly (readonly [number, readonly string[]])[]) =>
  [...(await withSharedAssets(queryBelow(through), new Map(counties)))].map(([at, codes]) => [
    at,
    [...codes].sort(),
  ])

it('joins counties that share an asset in the window, over any number of assets', async () => {
  expect(
    await sharing(offset, [
      [start, [lixia]],
      [next, [lixia]],
    ]),
  ).toEqual([
    [start, [lixia, shizhong, huaiyin]],
    [next, [lixia, shinan]],
  ])
  expect(await sharing(offset, [[start, [shibei]]])).toEqual([[start, [shinan, shibei]]])
  expect(await sharing(offset, [[next, [huaiyin]]])).toEqual([[next, [huaiyin]]])
  expect(await sharing(offset, [[start, []]])).toEqual([[start, []]])
})

it('knows nothing of what lies above the vector', async () => {
  expect(await sharing(3, [[start, [lixia]]])).toEqual([[start, [lixia, shizhong]]])
  expect(await sharing(1, [[start, [lixia]]])).toEqual([[start, [lixia]]])
})

it('corrects the county in which an asset counts when it reports late from another one', async () => {
  const closed = { offset: 1, at: 1, closed: { parking: start } }
  const partition = { partition: 0, offset: '1', metadata: checkpointMetadata(closed) }
  // Rollup has closed the window, and all that it said is stored.
  const admin = {
    fetchOffsets: async () => [{ topic: '', partitions: [partition] }],
    fetchTopicOffsets: async () => [],
  } as unknown as OffsetsAdmin
  const corrector = new Corrector({
    store: { clickhouse: db.client, database: db.database },
    ...{ admin, logs: firstLogs, expected: () => new Map(), now: () => next },
    signal: new AbortController().signal,
  })
  await corrector.begin()
  const asked = [{ windowStart: start, counties: new Set([shizhong]) }]
  const results = await Array.fromAsync(corrector.correct('parking', minute, asked, 'late'))
  expect(results.map(([, { outcome }]) => outcome)).toEqual(['computed'])
  const messages = results.flatMap(([, result]) => (result.outcome === 'computed' ? result.messages : []))
  const told = messages.map(({ region, assets, readings, kpis }) => [
    region,
    [assets, readings, kpis.find(({ kpi }) => kpi === 'parking.free_spaces')?.value],
  ])
  // Its mean is 60 now. Huaiyin, which shares b with Shizhong, and Qingdao stay as they are.
  expect(Object.fromEntries(told)).toEqual({
    [lixia]: [1, 1, 40],
    [shizhong]: [1, 3, 50],
    [jinan]: [2, 5, 90],
    'circle-shenghui': [2, 5, 90],
    '370000': [4, 8, 260],
  })
})
