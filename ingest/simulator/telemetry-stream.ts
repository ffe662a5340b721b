import { type Emission, type Faults, faultsOf } from './faults/faults.ts'
import { outagesOf } from './faults/outages.ts'
import { type Alarms, alarmsOf } from './feeds/alarms.ts'
import { facilityFeed, rackFeed } from './feeds/datacenter.ts'
import { type Defects, defectsOf } from './feeds/defects.ts'
import type { FeedEvent, PeriodicFeed } from './feeds/feed.ts'
import { inspectionFeed } from './feeds/inspections.ts'
import type { Line } from './feeds/lines.ts'
import { parkingFeed } from './feeds/parking.ts'
import { radioFeed } from './feeds/radio.ts'
import { countyOf, type Province } from './province.ts'
import { type Schedule, scheduleOf } from './schedule.ts'

/** Time passes in steps of this many event milliseconds. */
export const stepMs = 250

/** Everything that sends, ready to be asked for any stretch of time. */
export interface Devices {
  readonly periodic: readonly { readonly feed: PeriodicFeed; readonly schedule: Schedule }[]
  readonly alarms: Alarms
  readonly defects: Defects
  readonly faults: Faults
}

export function devicesOf(province: Province, lines: readonly Line[]): Devices {
  const feeds = [
    radioFeed(province),
    rackFeed(province),
    facilityFeed(province),
    parkingFeed(province),
    inspectionFeed(province, lines),
  ]
  return {
    periodic: feeds.map(feed => ({ feed, schedule: scheduleOf(feed) })),
    alarms: alarmsOf(province),
    defects: defectsOf(province, lines),
    faults: faultsOf(province.seed, outagesOf(province.seed)),
  }
}

/**
 * All that reaches the door from a moment on, step by step: planned readings, disturbed, in order of arrival.
 * A reading depends on (seed, device, time) alone; where the stream begins decides only what it contains.
 * Only what is under way is kept: delayed readings, and the clears of standing alarms.
 */
export class TelemetryStream {
  private readonly devices: Devices
  private readonly underWay = new Map<number, Emission[]>()
  private step: number

  /** @param startMs devices speak from here on, epoch ms; rounded up to a step. */
  constructor(devices: Devices, startMs: number, events: readonly FeedEvent[] = []) {
    this.devices = devices
    this.step = Math.ceil(startMs / stepMs)
    this.plan(events)
  }

  /** Everything before this has been given out, epoch ms. */
  get through(): number {
    return this.step * stepMs
  }

  /** When the next step is over and can be given out, epoch ms. */
  get ends(): number {
    return this.through + stepMs
  }

  /** Number of readings that are on their way. */
  get delayed(): number {
    let count = 0
    for (const emissions of this.underWay.values()) count += emissions.length
    return count
  }

  /** What arrives in the next step. */
  next(): readonly Emission[] {
    const from = this.through
    const to = from + stepMs
    for (const { feed, schedule } of this.devices.periodic) this.read(feed, schedule, from, to)
    this.plan(this.devices.alarms.raised(from, to))
    this.plan(this.devices.defects.between(from, to))
    const arrived = this.underWay.get(this.step) ?? []
    this.underWay.delete(this.step)
    this.step++
    return arrived.sort((a, b) => a.at - b.at)
  }

  private read(feed: PeriodicFeed, schedule: Schedule, from: number, to: number): void {
    const { faults } = this.devices
    const { record, population, stamp } = feed
    const emissions: Emission[] = []
    schedule.due(from, to, (device, dueAt) => {
      const county = countyOf(population, device)
      if (faults.isSilent(record, feed.feed, county, device, dueAt)) return
      const eventTime = stamp === 'moment' ? dueAt : Math.floor(dueAt / feed.periodMs) * feed.periodMs
      const item = feed.read(device, eventTime)
      if (item) faults.disturb({ record, feed: feed.feed, county, device, dueAt, item }, emissions)
    })
    this.deliver(emissions)
  }

  private plan(events: readonly FeedEvent[]): void {
    const emissions: Emission[] = []
    events.forEach(({ record, feed, county, item }, device) => {
      this.devices.faults.disturb({ record, feed, county, device, dueAt: item.event_time, item }, emissions)
    })
    this.deliver(emissions)
  }

  private deliver(emissions: readonly Emission[]): void {
    for (const emission of emissions) {
      const step = Math.max(this.step, Math.floor(emission.at / stepMs))
      const others = this.underWay.get(step)
      if (others) others.push(emission)
      else this.underWay.set(step, [emission])
    }
  }
}
