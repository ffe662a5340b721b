import { setTimeout as sleep } from 'node:timers/promises'
import type { RecordId } from '../../../schemas/records/record.ts'
import { countsOf, type DoorAnswer, DoorClient, keyHeader } from './door-client.ts'
import { formatOf } from './formats/formats.ts'
import { emptyPlan, type Plan, type PlannedReading } from './plan.ts'
import type { ReplayOptions } from './replay-options.ts'
import { type Schedule, schedule, shifted } from './schedule-readings.ts'
import { type SourceFile, sourceFile } from './source-file.ts'

const batchReadings = 5_000
const batchAssets = 2_000
/** Paced replay posts what is due this often, wall ms. */
const paceMs = 1_000

/** Told how far it is: reading counts bytes on disk, posting counts readings. */
export interface ReplayProgress {
  begin(step: 'reading' | 'posting', total: number): void
  advance(by: number): void
  end(): void
}

export interface Refused {
  count: number
  /** The first message of this code. */
  readonly example: string
}

export interface ReplayResult {
  readonly schedules: readonly Schedule[]
  /** Assets to be registered, those that the door has answered, and those of them that are registered. */
  readonly assets: number
  postedAssets: number
  registered: number
  /** Foreign assets that were retired in the end. */
  retired: number
  /** Readings that the door has answered, and those of them that it took. */
  posted: number
  accepted: number
  /** By code; of assets and readings. */
  readonly rejected: Map<string, Refused>
  /** Fields of what was accepted that are not stored, by record type, or `assets`. */
  readonly ignored: Map<string, Set<string>>
  retries: number
  /** Why posting ended early. */
  failure?: unknown
}

/**
 * Files -> assets and readings -> the HTTP door, readings in event-time order.
 * @throws CodedError of reading a file. When the door fails and trying again does not help, the result says so.
 */
export async function replay(options: ReplayOptions, progress: ReplayProgress): Promise<ReplayResult> {
  const schedules = (await readFiles(options, progress)).map(plan => schedule(plan, options))
  const result: ReplayResult = {
    schedules,
    assets: schedules.reduce((sum, { plan }) => sum + plan.assets.size, 0),
    postedAssets: 0,
    registered: 0,
    retired: 0,
    posted: 0,
    accepted: 0,
    rejected: new Map(),
    ignored: new Map(),
    retries: 0,
  }
  if (options.dryRun) return result
  const door = new DoorClient(options.to, keyHeader(process.env))
  try {
    for (const { plan } of schedules) await postAssets(door, plan, result)
    await postReadings(door, schedules, options.speed, result, progress)
    if (!options.keepInService) for (const one of schedules) await retireAssets(door, one, result)
  } catch (error) {
    result.failure = error
  }
  result.retries = door.retries
  return result
}

async function readFiles(options: ReplayOptions, progress: ReplayProgress): Promise<readonly Plan[]> {
  const files = await Promise.all(options.files.map(path => sourceFile(path, options.encoding)))
  const formats = files.map(file => ({ file, format: formatOf(file) }))
  const plans = new Map<string, Plan>()
  progress.begin('reading', sizeOf(files))
  try {
    for (const { file, format } of formats) {
      const dataset = format.dataset(file)
      const plan = plans.get(dataset) ?? emptyPlan(dataset)
      plans.set(dataset, plan)
      const { seed, pdcpKbitVendors } = options
      await format.read(file, plan, { seed, pdcpKbitVendors, onProgress: bytes => progress.advance(bytes) })
    }
  } finally {
    progress.end()
  }
  return [...plans.values()]
}

async function postAssets(door: DoorClient, plan: Plan, result: ReplayResult): Promise<void> {
  const assets = [...plan.assets.values()]
  for (let from = 0; from < assets.length; from += batchAssets) {
    const some = assets.slice(from, from + batchAssets)
    const answer = await door.post('/v1/assets', some)
    result.postedAssets += some.length
    result.registered += answer.accepted
    noteAnswer(result, 'assets', answer)
  }
}

/**
 * Nothing more comes of the assets of a foreign data set, so they are out of service after its last reading: else their counties
 * would be silent from then on. Assets of our own files are left alone.
 */
async function retireAssets(door: DoorClient, { plan, readings, shiftMs }: Schedule, result: ReplayResult) {
  const last = readings.at(-1)?.eventTimeMs
  if (last === undefined) return
  const retired_at = last + shiftMs + 1
  const foreign = [...plan.assets.values()].filter(({ source_dataset }) => source_dataset === plan.dataset)
  for (let from = 0; from < foreign.length; from += batchAssets) {
    const some = foreign.slice(from, from + batchAssets).map(asset => ({ ...asset, retired_at }))
    const answer = await door.post('/v1/assets', some)
    result.retired += answer.accepted
    noteAnswer(result, 'assets', answer)
  }
}

async function postReadings(
  door: DoorClient,
  schedules: readonly Schedule[],
  speed: number,
  result: ReplayResult,
  progress: ReplayProgress,
): Promise<void> {
  const readings = merged(schedules)
  progress.begin('posting', readings.length)
  const batches = new Map<RecordId, object[]>()
  const flush = async (record: RecordId, items: object[]): Promise<void> => {
    batches.delete(record)
    const answer = await door.post(`/v1/telemetry/${record}`, items)
    result.posted += items.length
    result.accepted += answer.accepted
    noteAnswer(result, record, answer)
    progress.advance(items.length)
  }
  const flushAll = async () => {
    for (const [record, items] of [...batches]) await flush(record, items)
  }
  try {
    const pace = new Pace(speed, readings[0]?.atMs ?? 0)
    for (const { atMs, from, reading } of readings) {
      if (pace.isAhead(atMs)) {
        await flushAll()
        await pace.until(atMs)
      }
      const items = batches.get(reading.record) ?? []
      batches.set(reading.record, items)
      items.push(shifted(from, reading))
      if (items.length >= batchReadings) await flush(reading.record, items)
    }
    await flushAll()
  } finally {
    progress.end()
  }
}

/** Holds event time to `speed` times wall time, in steps. */
class Pace {
  private readonly speed: number
  private readonly firstMs: number
  private readonly started = performance.now()

  constructor(speed: number, firstMs: number) {
    this.speed = speed
    this.firstMs = firstMs
  }

  isAhead(eventMs: number): boolean {
    return this.waitMs(eventMs) > paceMs
  }

  async until(eventMs: number): Promise<void> {
    await sleep(this.waitMs(eventMs))
  }

  private waitMs(eventMs: number): number {
    return (eventMs - this.firstMs) / this.speed - (performance.now() - this.started)
  }
}

interface Due {
  readonly atMs: number
  readonly from: Schedule
  readonly reading: PlannedReading
}

/** The readings of all data sets, by shifted time; each data set is in order already. */
function merged(schedules: readonly Schedule[]): readonly Due[] {
  const due = schedules.flatMap(from =>
    from.readings.map((reading): Due => ({ atMs: reading.eventTimeMs + from.shiftMs, from, reading })),
  )
  return schedules.length > 1 ? due.sort((a, b) => a.atMs - b.atMs) : due
}

function noteAnswer({ rejected, ignored }: ReplayResult, what: string, answer: DoorAnswer): void {
  for (const name of answer.ignored_fields ?? []) {
    const names = ignored.get(what) ?? new Set()
    ignored.set(what, names.add(name))
  }
  for (const [code, count] of countsOf(answer)) {
    const refused = rejected.get(code)
    const example = answer.rejected.find(each => each.code === code)?.message ?? 'not listed in the answer'
    if (refused) refused.count += count
    else rejected.set(code, { count, example })
  }
}

function sizeOf(files: readonly SourceFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0)
}
