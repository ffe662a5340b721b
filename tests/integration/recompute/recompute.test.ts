import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { ensureTopics } from '../../../platform/kafka/ensure-topics.ts'
import { topicNames } from '../../../schemas/topics.ts'
import { testKafka } from '../archive/rack-archive.ts'
import { BreakingProxy } from '../breaking-proxy.ts'
import { sqlTime, type TestDatabase, testDatabase } from '../database.ts'
import { stackEnvironment } from '../stack-environment.ts'
import { type Lot, ParkingHistory } from './parking-history.ts'

const kafka = testKafka(inject('kafkaBrokers'))
const history = new ParkingHistory(kafka, new SchemaRegistry(inject('registryUrl')))
const minute = 60_000
/** Windows of this file's own: other tests read other times. */
const start = Math.floor(Date.now() / minute) * minute - 3 * 24 * 60 * minute
const windowAt = (number: number) => start + number * minute
const [juye, yuncheng, heze, lunan, province] = [
  '371724',
  '371725',
  '371700',
  'circle-lunan',
  '370000',
] as const
let db: TestDatabase
let archive: ChildProcess
let lots: Lot[]

beforeAll(async () => {
  await ensureTopics(kafka)
  db = await testDatabase()
  archive = script('processors/main.ts', ['archive'], 'inherit')
  lots = [await history.register(juye), await history.register(juye), await history.register(yuncheng)]
  await history.report(
    [0, 1, 2, 3].flatMap(number =>
      lots.map((lot, i) => [lot, windowAt(number) + 30_000, 10 * (i + 1) + number] as const),
    ),
  )
  await history.close(windowAt(2))
  await untilArchived(12)
})
afterAll(async () => {
  await history.retireAll()
  archive.kill('SIGTERM')
  await once(archive, 'exit')
  await db.drop()
})

function script(
  file: string,
  args: readonly string[],
  stdio: 'inherit' | 'pipe',
  env: object = {},
): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, '../../..', file), ...args], {
    env: {
      ...stackEnvironment(db.database),
      ADMIN_PORT: '0',
      LOG_LEVEL: 'error',
      ...env,
    },
    stdio: ['ignore', stdio, stdio],
  })
}

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
  /** Lines of --json. */
  readonly differences: readonly Readonly<Record<string, unknown>>[]
  readonly summary: Readonly<Record<string, unknown>>
}

/** `npm run recompute` over the windows of this file. */
async function recompute(args: readonly string[], env: object = {}): Promise<Ran> {
  const range = ['--from', new Date(start).toISOString(), '--to', new Date(windowAt(60)).toISOString()]
  const child = script('processors/recompute.ts', ['--record', 'parking', ...range, ...args], 'pipe', env)
  const [[code], out, err] = await Promise.all([
    once(child, 'exit'),
    text(child.stdout!),
    text(child.stderr!),
  ])
  const objects: Record<string, unknown>[] = args.includes('--json')
    ? out
        .split('\n')
        .filter(Boolean)
        .map(line => JSON.parse(line))
    : []
  const differences = objects.filter(({ type }) => type === 'difference')
  return { code, out, err, differences, summary: objects.at(-1) ?? {} }
}

async function untilArchived(readings: number): Promise<void> {
  await vi.waitUntil(
    async () => {
      const [row] = await db.rows<{ n: number }>(
        `SELECT toUInt32(count()) AS n FROM db.received_parking WHERE event_time >= '${sqlTime(start)}' AND event_time < '${sqlTime(windowAt(60))}'`,
      )
      return row?.n === readings
    },
    { timeout: 120_000, interval: 300 },
  )
}

/** Where kpi.regional ends. */
async function regionalEnd(): Promise<string | undefined> {
  const admin = kafka.admin()
  await admin.connect()
  const [end] = await admin.fetchTopicOffsets(topicNames.regional)
  await admin.disconnect()
  return end?.high
}

/** Last revisions of these regions: [region, window number, value, revision]. */
async function stored(kpi: string, regions: readonly string[]) {
  const rows = await db.rows<{ region: string; at: number; value: number; revision: number; reason: string }>(
    `SELECT region, toUInt32((toUnixTimestamp64Milli(window_start) - ${start}) / ${minute}) AS at, value, revision, reason
     FROM db.kpi WHERE kpi = '${kpi}' AND region IN ('${regions.join("','")}')
       AND window_start >= '${sqlTime(start)}' AND window_start < '${sqlTime(windowAt(60))}'
     ORDER BY at, region`,
  )
  expect(rows.every(({ reason }) => reason === 'recompute')).toBe(true)
  return rows.map(({ region, at, value, revision }) => [region, at, value, revision])
}

it('names what it would publish for windows that never were, and publishes nothing', async () => {
  const end = await regionalEnd()
  const { code, out, err } = await recompute(['--dry-run'])
  expect(err).not.toContain('recompute:')
  expect(code).toBe(0)
  expect(out).toContain('4 of 4 windows looked at')
  expect(out).toMatch(new RegExp(`all +${new Date(start).toISOString()} +\\(never published\\) .* - -> 3\\n`))
  expect(out).toContain('would be published for the first time: 3')
  expect(out).toContain(`still open: 1 (${new Date(windowAt(3)).toISOString()})`)
  expect(out).toContain('dry run: nothing was published')
  expect(await regionalEnd()).toBe(end)
  expect(await stored('parking.occupancy_pct', [province])).toEqual([])
})

it('publishes windows that never were, but not the one that is not final, and finds nothing to do then', async () => {
  const { code, summary } = await recompute(['--json'])
  expect(code).toBe(0)
  expect(summary).toMatchObject({
    windows: 4,
    looked_at: 4,
    unchanged: 0,
    corrected: 0,
    published_first: 3,
    kpi_values_changed: 0,
    open: [new Date(windowAt(3)).toISOString()],
    unsettled: [],
  })
  // 10 and 20 of 200, 30 of 100, and one more in each with every minute.
  expect(await stored('parking.occupancy_pct', [juye, yuncheng, heze, lunan, province])).toEqual(
    [0, 1, 2].flatMap(at => [
      [province, at, expect.closeTo(20 + at), 1],
      [heze, at, expect.closeTo(20 + at), 1],
      [juye, at, expect.closeTo(15 + at), 1],
      [yuncheng, at, expect.closeTo(30 + at), 1],
      [lunan, at, expect.closeTo(20 + at), 1],
    ]),
  )
  expect(await stored('parking.coverage_pct', [juye])).toEqual([0, 1, 2].map(at => [juye, at, 100, 1]))
  const end = await regionalEnd()
  const again = await recompute(['--json'])
  expect(again.summary).toMatchObject({ unchanged: 3, corrected: 0, published_first: 0, messages: 0 })
  expect(await regionalEnd()).toBe(end)
})

it('finds exactly the stored values that are not what the readings give, and puts them right', async () => {
  await tamper('kpi', `kpi = 'parking.occupancy_pct' AND region = '${heze}'`, 1, 'value', 99)
  await tamper('measures_parking', `county = '${yuncheng}'`, 2, 'occupied', 5)
  const wrong = [
    {
      region: heze,
      window_start: iso(1),
      kind: 'kpi',
      name: 'parking.occupancy_pct',
      stored: 99,
      revision: 2,
    },
    { region: yuncheng, window_start: iso(2), kind: 'measure', name: 'occupied', stored: 5, recomputed: 32 },
  ]
  const end = await regionalEnd()
  const dry = await recompute(['--dry-run', '--json'])
  expect(dry.differences).toHaveLength(2)
  expect(dry.differences).toEqual(wrong.map(difference => expect.objectContaining(difference)))
  expect(dry.summary).toMatchObject({ unchanged: 1, corrected: 2, kpi_values_changed: 1, dry_run: true })
  const people = await recompute(['--dry-run'])
  expect(people.out).toMatch(new RegExp(`${heze} +${iso(1)} +parking.occupancy_pct +99 -> 21 +3 -> 3\\n`))
  expect(people.out).toMatch(new RegExp(`${yuncheng} +${iso(2)} +occupied +5 -> 32 +1 -> 1\\n`))
  expect(await regionalEnd()).toBe(end)

  const real = await recompute(['--json'])
  expect(real.code).toBe(0)
  expect(real.summary).toMatchObject({ unchanged: 1, corrected: 2, messages: 2, kpi_values_changed: 1 })
  expect(await stored('parking.occupancy_pct', [heze])).toEqual([
    [heze, 0, expect.closeTo(20), 1],
    [heze, 1, expect.closeTo(21), 2],
    [heze, 2, expect.closeTo(22), 1],
  ])
  expect(
    await db.rows(
      `SELECT occupied, revision, status FROM db.measures_parking WHERE county = '${yuncheng}' AND window_start = '${sqlTime(windowAt(2))}'`,
    ),
  ).toEqual([{ occupied: 32, revision: 2, status: 'corrected' }])
  expect((await recompute(['--json'])).summary).toMatchObject({ unchanged: 3, messages: 0 })
})

it('applies a corrected registry to the past, to all of a window even where one region was asked for', async () => {
  await history.register(juye)
  await history.register(yuncheng)
  const one = await recompute(['--json', '--region', juye])
  expect(one.summary).toMatchObject({ corrected: 3, published_first: 0, looked_at: 4 })
  expect(new Set(one.differences.map(({ region }) => region))).toEqual(
    new Set([juye, yuncheng, heze, lunan, province]),
  )
  expect(await stored('parking.coverage_pct', [juye, yuncheng, heze])).toEqual(
    [0, 1, 2].flatMap(at => [
      [heze, at, 60, at === 1 ? 3 : 2],
      [juye, at, expect.closeTo(66.667, 3), 2],
      [yuncheng, at, 50, at === 2 ? 3 : 2],
    ]),
  )
  expect((await recompute(['--json'])).summary).toMatchObject({ corrected: 0, messages: 0 })
})

it('takes late readings in, as a correction would', async () => {
  const [lot] = lots
  await history.report([
    [lot!, windowAt(0) + 45_000, 30],
    // The first one of an identity counts.
    [lot!, windowAt(1) + 30_000, 99],
  ])
  await untilArchived(14)
  const { summary, differences } = await recompute(['--json'])
  expect(summary).toMatchObject({ unchanged: 2, corrected: 1 })
  expect(differences).toContainEqual(
    expect.objectContaining({ region: juye, name: 'readings', stored: 2, recomputed: 3 }),
  )
  // (10 + 30) / 2 and 20 of 200.
  expect((await stored('parking.occupancy_pct', [juye]))[0]).toEqual([juye, 0, expect.closeTo(20), 3])
})

it.each([
  ['ClickHouse', { CLICKHOUSE_URL: 'http://127.0.0.1:9' }],
  ['Kafka', { KAFKA_BROKERS: '127.0.0.1:9' }],
  ['schema registry', { SCHEMA_REGISTRY_URL: 'http://127.0.0.1:9' }],
])('says that %s cannot be reached', async (what, env) => {
  const { code, err } = await recompute(['--dry-run'], env)
  expect(code).toBe(1)
  expect(err).toContain(`recompute: ${what}`)
  expect(err).toContain('127.0.0.1:9')
  expect(err).toContain('is the system running?')
})

it('goes on where ClickHouse hangs up in the middle, and finds the same', async () => {
  const whole = await recompute(['--dry-run', '--json'])
  const proxy = new BreakingProxy(inject('clickhouseUrl'), number => number > 1 && number % 2 === 0)
  try {
    const { code, summary, differences } = await recompute(['--dry-run', '--json'], {
      CLICKHOUSE_URL: await proxy.open(),
    })
    expect(code).toBe(0)
    expect(proxy.broken).toBeGreaterThan(3)
    expect([differences, summary]).toEqual([whole.differences, whole.summary])
  } finally {
    await proxy.close()
  }
})

it('says that a database lacks the tables', async () => {
  const { code, err } = await recompute([], { CLICKHOUSE_DATABASE: 'no_such_database' })
  expect(code).toBe(1)
  expect(err).toContain('lacks no_such_database.measures_parking')
})

const iso = (number: number) => new Date(windowAt(number)).toISOString()

/** Puts a row with another number in the place of a stored one. */
async function tamper(
  view: 'kpi' | 'measures_parking',
  where: string,
  number: number,
  column: string,
  value: number,
): Promise<void> {
  const [row] = await db.rows<Record<string, unknown> & { version: string }>(
    `SELECT * FROM db.${view}_windows_store FINAL WHERE ${where} AND window_start = '${sqlTime(windowAt(number))}'`,
  )
  expect(row).toBeDefined()
  await db.insert(`${view}_windows_store`, [{ ...row, [column]: value, version: Number(row!.version) + 1 }])
}
