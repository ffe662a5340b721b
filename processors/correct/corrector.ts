import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../../platform/clickhouse/select-rows.ts'
import type { Logs } from '../../platform/epochs/open-log.ts'
import type { OffsetsAdmin } from '../../platform/kafka/lasting-admin.ts'
import { measureSets } from '../../schemas/measures/measures.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import { records } from '../../schemas/records/records.ts'
import { telemetryTopic, topicNames } from '../../schemas/topics.ts'
import { archivedOffsets, endPlaces, reaches } from '../archive/archive-progress.ts'
import type { Expected } from '../regional/expectations.ts'
import type { Reason, RegionalMessage } from '../regional/regional-message.ts'
import { compileMeasures, type MeasureProgram } from '../windows/measure-program.ts'
import { correctedMessages } from './corrected-messages.ts'
import { storedOf } from './differences.ts'
import { type IsFinal, readFinalProgress } from './final-progress.ts'
import { readReadings } from './read-readings.ts'
import { recomputeCounties } from './recompute-counties.ts'
import { withSharedAssets } from './shared-assets.ts'
import { readWindows, type WindowsQuery } from './stored-windows.ts'
import { type Unexpected, unexpectedWindows } from './unexpected-windows.ts'
import { type Unseen, unseenWindows } from './unseen-windows.ts'
import { reachesStored, staleCounties, type Vector, type WindowToCorrect } from './window-to-correct.ts'

export interface CorrectorOptions {
  readonly store: Store
  readonly admin: OffsetsAdmin
  readonly logs: Logs
  readonly expected: (record: RecordId, start: number, end: number) => Expected
  readonly now: () => number
  readonly signal: AbortSignal
}

/** A window to look at. */
export interface Asked {
  readonly windowStart: number
  /** Counties to look at; the whole window, computed anew from its readings, when absent. What is expected is looked at of all. */
  readonly counties?: ReadonlySet<string>
  /** These counties are computed anew too, and not only where messages came that the stored ones have not seen. */
  readonly anew?: boolean
  /** By input partition: the archive must hold the log up to here. */
  readonly through?: ReadonlyMap<number, number>
}

/** What came of a window: what has to be said of it, or what it waits for. */
export type Corrected =
  | {
      readonly outcome: 'computed'
      readonly window: WindowToCorrect
      readonly messages: readonly RegionalMessage[]
    }
  | { readonly outcome: 'not_final' | 'not_archived' }
  | {
      /** ClickHouse lacks readings of the region that were counted before, and no reason explains it. */
      readonly outcome: 'fewer_readings'
      readonly region: string
      readonly before: number
      readonly now: number
    }

/** All windows of a record type, from one on. */
export interface EveryWindow {
  readonly record: RecordId
  readonly sizeMs: number
  /** By input partition: the archive must hold the log up to here. */
  readonly through: ReadonlyMap<number, number>
  /** Epoch ms. */
  readonly from: number
  /** How many that follow one another are looked at. */
  readonly windows: number
}

/** Readings held in memory at once, about. */
const readingsAtOnce = 200_000
const pollMs = 200

/**
 * Computes final windows again from what is stored. What comes out is a function of the offsets the archive has
 * committed, so two correctors at once, or one that was asleep, do no harm.
 */
export class Corrector {
  private readonly options: CorrectorOptions
  private readonly programs = new Map<RecordId, MeasureProgram>()
  private isFinal: IsFinal = () => false

  constructor(options: CorrectorOptions) {
    this.options = options
  }

  /**
   * Makes sure that everything said of final windows so far is stored: without it a revision could be made from
   * what was stored before the last one. Call before a round of `correct`. @throws the signal's reason
   * @param onWait told again and again how many messages it still waits for
   */
  async begin(onWait?: (messages: number) => void): Promise<void> {
    const { admin, logs, store, signal } = this.options
    this.isFinal = await readFinalProgress(admin)
    const end = await endPlaces(admin, logs, topicNames.regional)
    for (;;) {
      const stored = await archivedOffsets(store, topicNames.regional)
      if (reaches(stored, end)) return
      onWait?.(sumOf(end) - sumOf(stored))
      await sleep(pollMs, undefined, { signal })
    }
  }

  /** @throws ClickHouseError, or what the store's `repeat` throws; the signal's reason */
  async *correct(
    record: RecordId,
    sizeMs: number,
    asked: readonly Asked[],
    reason: Reason,
  ): AsyncGenerator<[Asked, Corrected]> {
    const { store } = this.options
    const vector = await archivedOffsets(store, telemetryTopic(record))
    const ready: Asked[] = []
    for (const window of asked) {
      const wait = this.waitsFor(record, sizeMs, window, vector)
      if (wait) yield [window, { outcome: wait }]
      else ready.push(window)
    }
    if (ready.length === 0) return
    const { measures } = measureSets[record]
    const starts = ready.map(({ windowStart }) => windowStart)
    const query = { ...store, record, measures, starts, sizeMs, vector }
    const stored = await readWindows(query)
    const stale = new Map<Asked, Stale>()
    for (const one of ready) {
      const window = stored.get(one.windowStart)
      if (!window || !reachesStored(window)) yield [one, { outcome: 'not_archived' }]
      else stale.set(one, { window, counties: countiesToCompute(one, window) })
    }
    for await (const part of this.partsOf(query, stale)) {
      const program = this.programOf(record)
      const { suspectField } = records[record]
      const readings = await readReadings({ ...query, program, suspectField, counties: countiesOf(part) })
      for (const [one, found] of part) {
        const { windowStart } = one
        const options = { program, suspectField, windowStart, sizeMs }
        const totals = recomputeCounties(readings.get(windowStart) ?? [], options)
        readings.delete(windowStart)
        const messages = correctedMessages({
          window: found.window,
          measures,
          recomputed: new Map(found.counties.map(county => [county, totals.get(county)])),
          expected: this.options.expected(record, windowStart, windowStart + sizeMs),
          reason,
          now: this.options.now(),
        })
        const fewer =
          reason === 'late' || reason === 'registry' ? fewerReadings(messages, found.window) : undefined
        if (fewer) yield [one, { outcome: 'fewer_readings', ...fewer }]
        else yield [one, { outcome: 'computed', window: found.window, messages }]
      }
    }
  }

  /**
   * The next windows that hold readings which their stored revisions have not seen, once everything below `through` is
   * stored. @throws ClickHouseError
   */
  async unseen({ record, sizeMs, through, from, windows }: EveryWindow): Promise<Unseen | 'not_archived'> {
    const { store } = this.options
    const vector = await archivedOffsets(store, telemetryTopic(record))
    if (!reaches(vector, through)) return 'not_archived'
    return unseenWindows({ ...store, record, sizeMs, vector, from, windows })
  }

  /** The next windows of which the registry expects something else than is stored. @param from as of `unexpectedWindows` @throws ClickHouseError */
  unexpected(record: RecordId, from: number): Promise<Unexpected> {
    const { store, expected } = this.options
    return unexpectedWindows({ ...store, record, from, expected })
  }

  private waitsFor(
    record: RecordId,
    sizeMs: number,
    { windowStart, through }: Asked,
    vector: Vector,
  ): 'not_final' | 'not_archived' | undefined {
    if (!this.isFinal(record, windowStart, sizeMs)) return 'not_final'
    return through && !reaches(vector, through) ? 'not_archived' : undefined
  }

  /** Windows in parts that are held at once, each with the counties that share an asset with those to compute. */
  private async *partsOf(query: WindowsQuery, stale: ReadonlyMap<Asked, Stale>): AsyncGenerator<Part> {
    for (const part of inParts([...stale])) {
      const apart = part.filter(([, found]) => !isWhole(found))
      const closed = await withSharedAssets(query, countiesOf(apart))
      yield* inParts(
        part.map(([one, found]) => [
          one,
          { ...found, counties: closed.get(one.windowStart) ?? found.counties },
        ]),
      )
    }
  }

  private programOf(record: RecordId): MeasureProgram {
    const known = this.programs.get(record)
    if (known) return known
    const program = compileMeasures(measureSets[record], records[record].identity)
    this.programs.set(record, program)
    return program
  }
}

function fewerReadings(messages: readonly RegionalMessage[], window: WindowToCorrect) {
  for (const { region, readings: now } of messages) {
    const before = storedOf(window, region)?.readings ?? 0
    if (now < before) return { region, before, now }
  }
  return undefined
}

function sumOf(offsets: ReadonlyMap<number, number>): number {
  return [...offsets.values()].reduce((sum, offset) => sum + offset, 0)
}

/**
 * Those that have not seen all messages are always among them: what is said of a window is a function of the vector. Before they
 * are computed, the counties that share an asset with them join them (`withSharedAssets`).
 */
function countiesToCompute({ counties, anew }: Asked, window: WindowToCorrect): string[] {
  if (counties && !anew) return staleCounties(window)
  const every = [...new Set([...window.counties.keys(), ...window.received.keys()])]
  const stale = new Set(staleCounties(window))
  return every.filter(county => !counties || counties.has(county) || stale.has(county))
}

/** A window with the counties that are computed again. */
interface Stale {
  readonly window: WindowToCorrect
  readonly counties: readonly string[]
}

type Part = readonly (readonly [Asked, Stale])[]

function countiesOf(part: Part): Map<number, readonly string[]> {
  return new Map(part.map(([{ windowStart }, { counties }]) => [windowStart, counties]))
}

/** Whether all readings of the window are computed again, or none. */
function isWhole({ window, counties }: Stale): boolean {
  const computed = new Set(counties)
  return counties.length === 0 || [...window.received.keys()].every(county => computed.has(county))
}

/** Windows together that have about as many readings as may be held. */
function inParts(windows: Part): readonly Part[] {
  const parts: (readonly [Asked, Stale])[][] = []
  let held = Number.POSITIVE_INFINITY
  for (const one of windows) {
    const [, { window, counties }] = one
    const readings = counties
      .flatMap(county => [...(window.received.get(county)?.values() ?? [])])
      .reduce((sum, { messages }) => sum + messages, 0)
    if (held + readings > readingsAtOnce) {
      parts.push([])
      held = 0
    }
    parts.at(-1)?.push(one)
    held += readings
  }
  return parts
}
