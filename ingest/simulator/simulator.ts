import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../../platform/clock.ts'
import { messageOf } from '../../platform/errors.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import type { Intake } from '../intake.ts'
import { deviceAssets, lineAssets } from './assets.ts'
import type { Emission } from './faults/faults.ts'
import type { FeedEvent, Item } from './feeds/feed.ts'
import { inspectionHistory } from './feeds/inspections.ts'
import { type Line, linesOf } from './feeds/lines.ts'
import { type Province, provinceOf } from './province.ts'
import { Sender, source } from './sender.ts'
import { type Devices, devicesOf, TelemetryStream } from './telemetry-stream.ts'

export interface SimulatorOptions {
  readonly intake: Intake
  /** Event time; may run faster than the wall. */
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  /** Size of the province, 1 by default, 160 is the real one: scale.ts. */
  readonly scale: number
  readonly seed: number
}

const assetBatch = 2000
const readingBatch = 1000
/** Readings taken from the stream before they are handed on, at most. */
const gulp = 8000
const idleMs = 200
/** Further behind than this (after the machine slept, or a long outage of the broker) the simulator starts over at now. */
const furthestBehindMs = 15 * 60_000

/**
 * The simulated province. On start it registers its assets; a province that is new also gets this year's inspections
 * and defects, before any live reading of the grid. Then it sends what its devices send, from `clock.now()` on: what
 * they would have sent while it was stopped is missing, as it is for devices that cannot be reached.
 */
export function simulator(options: SimulatorOptions): Resource {
  const { log } = options
  let running: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined
  return {
    name: 'simulator',
    // Registering a million assets takes a while; the doors do not wait for it.
    async start() {
      if (running) return
      const stop = new AbortController()
      const ended = new Simulation(options, stop.signal).run().catch((error: unknown) => {
        if (stop.signal.aborted) return
        log.error({ reason: messageOf(error) }, 'the simulator failed')
        throw error
      })
      running = { stop, ended }
    },
    async stop() {
      const current = running
      running = undefined
      current?.stop.abort()
      await current?.ended
    },
  }
}

class Simulation {
  private readonly options: SimulatorOptions
  private readonly signal: AbortSignal
  private readonly sender: Sender
  private readonly province: Province
  private readonly lines: readonly Line[]
  private readonly devices: Devices
  private readonly behind
  private readonly skipped
  private readonly underWay

  constructor(options: SimulatorOptions, signal: AbortSignal) {
    const { intake, log, metrics, scale, seed } = options
    this.options = options
    this.signal = signal
    this.sender = new Sender({ intake, log, metrics, signal })
    this.province = provinceOf(seed, scale)
    this.lines = linesOf(this.province)
    this.devices = devicesOf(this.province, this.lines)
    this.behind = metrics.gauge(
      'simulator_behind_seconds',
      'event time by which the simulator is behind its clock',
    )
    this.skipped = metrics.counter(
      'simulator_skipped_seconds',
      'event time left out because it was too far behind',
    )
    this.underWay = metrics.gauge(
      'simulator_delayed_readings',
      'readings produced and not yet due at the door',
    )
  }

  async run(): Promise<void> {
    try {
      await this.work()
    } finally {
      // What is on its way is answered for before the process goes on stopping.
      await this.sender.settled()
    }
  }

  private async work(): Promise<void> {
    const { clock, log, scale, seed } = this.options
    const isNew = await this.isNew()
    log.info({ scale, seed, new: isNew }, 'registering the simulated province')
    await this.register(lineAssets(this.lines))
    if (isNew) await this.sendHistory(clock.now())
    const registered = await this.register(deviceAssets(this.province))
    log.info({ assets: registered + this.lines.length }, 'simulated province registered')
    await this.live(isNew)
  }

  /**
   * Whether the history is still to be sent. Devices are registered after it was acknowledged, so a device whose reading
   * is refused as unknown tells that it was not; asking leaves one dead letter in a new province.
   */
  private async isNew(): Promise<boolean> {
    const meter = this.devices.periodic.find(({ feed }) => feed.record === 'facility')?.feed
    if (!meter) return false
    const period = Math.floor(this.options.clock.now() / meter.periodMs) - 1
    const item = meter.read(0, period * meter.periodMs + meter.phaseMs(0))
    const receipt = await this.sender.acknowledged(() =>
      this.options.intake.readings('facility', [item], source),
    )
    return receipt.rejected.some(({ code }) => code === 'unknown_asset')
  }

  private async register(assets: Iterable<Parameters<Sender['assets']>[0][number]>): Promise<number> {
    let count = 0
    for (const batch of batches(assets, assetBatch)) {
      await this.sender.assets(batch)
      count += batch.length
    }
    return count
  }

  /** Batch after batch, so that event time only goes forward. */
  private async sendHistory(now: number): Promise<void> {
    const past = {
      grid_inspection: inspectionHistory(this.province, this.lines, now),
      grid_defect: this.devices.defects.history(now),
    }
    for (const record of ['grid_inspection', 'grid_defect'] as const) {
      for (const batch of batches(past[record], readingBatch)) {
        await this.sender.readings(
          record,
          batch.map(item => asIs(record, item)),
        )
        await this.sender.settled()
      }
    }
    this.options.log.info(
      { inspections: past.grid_inspection.length, defects: past.grid_defect.length },
      "this year's inspections and defects sent",
    )
  }

  private async live(isNew: boolean): Promise<void> {
    const { clock, log } = this.options
    let stream = this.startAt(clock.now(), !isNew)
    while (!this.signal.aborted) {
      const behindMs = clock.now() - stream.through
      this.behind.set(Math.max(0, behindMs) / 1000)
      this.underWay.set(stream.delayed)
      if (behindMs > furthestBehindMs) {
        this.skipped.inc(behindMs / 1000)
        log.warn({ behind_s: Math.round(behindMs / 1000) }, 'too far behind: going on from now')
        stream = this.startAt(clock.now(), true)
      }
      const byRecord = this.take(stream, clock.now())
      if (byRecord.size === 0) await pause(idleMs, undefined, { signal: this.signal })
      for (const [record, emissions] of byRecord) {
        for (const batch of batches(emissions, readingBatch)) await this.sender.readings(record, batch)
      }
    }
  }

  /** @param resumed whether readings were sent before, so that alarms and defects may have been left open. */
  private startAt(now: number, resumed: boolean): TelemetryStream {
    const { alarms, defects } = this.devices
    const events: FeedEvent[] = []
    if (resumed)
      events.push(...alarms.resynchronise(now), ...alarms.standing(now), ...defects.resynchronise(now))
    return new TelemetryStream(this.devices, now, events)
  }

  /** What has arrived up to `now`, or as much of it as is handed on at once. */
  private take(stream: TelemetryStream, now: number): ReadonlyMap<RecordId, readonly Emission[]> {
    const byRecord = new Map<RecordId, Emission[]>()
    let taken = 0
    while (stream.ends <= now && taken < gulp) {
      for (const emission of stream.next()) {
        const others = byRecord.get(emission.record)
        if (others) others.push(emission)
        else byRecord.set(emission.record, [emission])
        taken++
      }
    }
    return byRecord
  }
}

function asIs(record: RecordId, item: Item): Emission {
  return { record, kind: 'normal', item, at: item.event_time }
}

function* batches<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let batch: T[] = []
  for (const item of items) {
    batch.push(item)
    if (batch.length === size) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}
