import { appendFile, writeFile } from 'node:fs/promises'
import type { RecordId } from '../../../schemas/records/record.ts'
import { AcceptedFile } from './accepted-file.ts'
import { type DoorAnswer, DoorRing, type Post } from './door-ring.ts'
import { checkClockAhead, checkOutcome } from './expected-outcome.ts'
import { Gateway } from './gateway.ts'
import { type LoadReport, LoadTally } from './load-tally.ts'
import { type LoadAsset, type Province, province } from './province.ts'
import type { Item } from './schedule.ts'

export type { LoadReport } from './load-tally.ts'

export interface LoadOptions {
  readonly seed: number
  /** Base URLs of the ingest doors. */
  readonly doors: readonly string[]
  /** NDJSON of what was accepted; the assets go to the file of this name with `.assets` after it. */
  readonly acceptedFile: string
  readonly readingsPerSecond: number
  log(line: string): void
}

const tickMs = 1_000
const behindMs = 5_000
const watchMs = 5_000

/**
 * A seeded load of all record types through several gateways, with a list of what the doors acknowledged.
 *
 * The list says for certain which value of an identity (asset, event time) is the first in the log:
 * - A gateway has one request under way at a time, and an asset sends through one gateway: the next request with
 *   readings of an asset begins after the 202 of the one before.
 * - A request without an answer may have been written, may be written later (a door that was stopped wakes up), or
 *   never. It is repeated, byte for byte, until there is a 202. However many copies reach the log, and however late,
 *   all say the same.
 * - A reading that contradicts an earlier one never shares a request with it (`Gateway.take`), so it is sent after the
 *   202 of the earlier one: at that time a copy of the earlier one stands in the log, before any copy of the later one.
 * - Copies could only disagree if one door took what another one refuses. Whether an item is taken depends on itself,
 *   on the clock and on the assets: broken items are refused at any time, assets are registered at every door before
 *   the start and change nothing but their county, and a clock that is ahead is either so little or so much ahead that
 *   minutes make no difference. An item that is taken or refused against this expectation ends the load with an error.
 *
 * It also says which county the first one in the log has. An asset moves while its gateway has no request under way: all that
 * it sent before has its 202, and stands in the log with the county of before. What it sends next begins after every door has
 * acknowledged the new one, and is of the county where the asset was at its event time; only ingest knows when it moved. It moves
 * once, so that a registration that is taken late says nothing else.
 *
 * What is not sent yet is not kept: slots are computed when they are sent. When the doors are away the load falls
 * behind, says so, and catches up.
 */
export class Load {
  private readonly options: LoadOptions
  private readonly province: Province
  private readonly ring: DoorRing
  private readonly accepted: AcceptedFile
  private readonly tally = new LoadTally()
  private senders: readonly Gateway[] = []
  private running: Promise<unknown> | undefined
  private watch: NodeJS.Timeout | undefined
  /** Slots due by then are still sent, epoch ms. */
  private until = Number.POSITIVE_INFINITY
  private readonly wakers = new Set<() => void>()
  /** Counties of those that have moved, by asset. */
  private readonly movedTo = new Map<string, string>()
  private startMs = 0
  private failure: unknown

  constructor(options: LoadOptions) {
    this.options = options
    this.province = province(options.seed, options.readingsPerSecond)
    this.ring = new DoorRing(options.doors)
    this.accepted = new AcceptedFile(options.acceptedFile)
  }

  get gateways(): number {
    return this.province.gateways
  }

  /** The newest event time that was accepted, epoch ms; 0 before the first. */
  get newestEventTime(): number {
    return this.tally.newestEventTime
  }

  /** Why the load ended by itself, and is only waiting to be stopped; undefined while it runs. */
  get failed(): unknown {
    return this.failure
  }

  /**
   * Registers the assets at every door, waiting for each, and begins the lists of assets and of what is accepted.
   * @throws Error where a door refuses one
   */
  async register(): Promise<void> {
    const { acceptedFile, log } = this.options
    const { assets, streams, moves } = this.province
    await writeFile(`${acceptedFile}.assets`, '')
    await this.registerEverywhere(assets)
    await this.accepted.open()
    log(
      `load: ${assets.length} assets, ${moves.length} of them move, ${streams.length} streams, ${this.gateways} gateways`,
    )
  }

  /** Resolves when every door knows them. @throws Error where one refuses */
  private async registerEverywhere(assets: readonly LoadAsset[]): Promise<void> {
    const lines = assets.map(asset => JSON.stringify(asset))
    const post = { path: '/v1/assets', contentType: 'application/x-ndjson', body: lines.join('\n') }
    for (const { rejected } of await this.ring.postToEach(post)) {
      if (rejected[0]) throw new Error(`an asset was refused: ${JSON.stringify(rejected[0])}`)
    }
    await appendFile(`${this.options.acceptedFile}.assets`, lines.map(line => `${line}\n`).join(''))
  }

  start(): void {
    if (this.running) throw new Error('the load was started before')
    const { province, options } = this
    const startMs = Date.now()
    this.startMs = startMs
    this.senders = Array.from({ length: province.gateways }, (_, number) => {
      const own = province.streams.filter(({ gateway }) => gateway === number)
      return new Gateway(number, own, options.seed, startMs)
    })
    this.running = Promise.all(this.senders.map(gateway => this.run(gateway)))
    this.watch = setInterval(() => this.sayIfBehind(), watchMs)
    this.watch.unref()
  }

  /**
   * Sends what is due by now, cut-off gateways included, and finishes every retry, however long the doors are away.
   * @throws what ended the load
   */
  async stop(): Promise<LoadReport> {
    this.until = Math.min(this.until, Date.now())
    for (const wake of this.wakers) wake()
    await this.running
    clearInterval(this.watch)
    await this.accepted.close()
    if (this.failure !== undefined) throw this.failure
    return this.tally.report(this.ring.retried)
  }

  /**
   * From now on the gateway's readings are this much ahead: 0 to 20 s are accepted, 15 min and more are refused as
   * `event_time_in_future`; less than 0 makes them late.
   * @throws RangeError for what lies between, where the answer would depend on the moment; for an unknown gateway
   */
  setClockAhead(gateway: number, ms: number): void {
    checkClockAhead(ms)
    const sender = this.senders[gateway]
    if (!sender) throw new RangeError(`no gateway ${gateway}, or not started`)
    sender.aheadMs = ms
  }

  private async run(gateway: Gateway): Promise<void> {
    try {
      await this.pause((tickMs * gateway.number) / this.gateways)
      for (;;) {
        const { until } = this
        const now = Date.now()
        const stopping = now >= until
        if (!stopping) await this.moveAssets(gateway, now)
        if (stopping || !gateway.cutOff(now)) {
          for (const record of gateway.records) await this.deliver(gateway, record, Math.min(now, until))
        }
        if (stopping) return
        await this.pause(tickMs)
      }
    } catch (error) {
      this.failure ??= error
      // The others have no reason to go on.
      this.until = 0
      this.options.log(`load: ended by ${String(error)}`)
    }
  }

  /** Registers those in their new county whose time has come, while nothing that they sent is under way. */
  private async moveAssets({ number }: Gateway, now: number): Promise<void> {
    const due = this.province.moves.filter(
      ({ asset, gateway, afterMs }) =>
        gateway === number && now >= this.startMs + afterMs && !this.movedTo.has(asset.asset_id),
    )
    if (due.length === 0) return
    await this.registerEverywhere(due.map(({ asset, county }) => ({ ...asset, county })))
    for (const { asset, county } of due) this.movedTo.set(asset.asset_id, county)
  }

  private async deliver(gateway: Gateway, record: RecordId, untilMs: number): Promise<void> {
    for (;;) {
      const aheadMs = gateway.aheadMs
      const items = gateway.take(record, untilMs)
      if (items.length === 0 || this.failure !== undefined) return
      this.tally.sent(items.length)
      await this.settle(record, items, await this.ring.post(postOf(record, items)), aheadMs)
    }
  }

  private async settle(
    record: RecordId,
    items: readonly Item[],
    answer: DoorAnswer,
    aheadMs: number,
  ): Promise<void> {
    const codes = new Map(answer.rejected.map(({ index, code }) => [index, code]))
    for (const [index, item] of items.entries()) checkOutcome(record, item, codes.get(index), aheadMs)
    const taken = items
      .filter((_, index) => !codes.has(index))
      .map(item => ({ ...item, movedTo: this.movedTo.get(item.assetId) }))
    if (taken.length !== answer.accepted)
      throw new Error(`${record}: ${answer.accepted} accepted, but ${codes.size} of ${items.length} refused`)
    await this.accepted.append(record, taken)
    for (const code of codes.values()) this.tally.rejectedAs(code)
    this.tally.accepted(taken, Date.now())
  }

  private pause(ms: number): Promise<void> {
    if (Date.now() >= this.until) return Promise.resolve()
    return new Promise(resolve => {
      const wake = () => {
        clearTimeout(timer)
        this.wakers.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      this.wakers.add(wake)
    })
  }

  private sayIfBehind(): void {
    const now = Date.now()
    const due = Math.min(now, this.until)
    // One whose line has just come back is catching up: it is behind when that takes it longer than this.
    const behind = this.senders.filter(
      gateway =>
        (now >= this.until || !(gateway.cutOff(now) || gateway.cutOff(now - watchMs))) &&
        due - gateway.dueAt > behindMs,
    )
    if (behind.length === 0) return
    const most = Math.max(...behind.map(gateway => due - gateway.dueAt))
    const { log } = this.options
    const last = this.ring.lastProblem && `; last problem: ${this.ring.lastProblem}`
    log(
      `load: ${behind.length} of ${this.gateways} gateways behind, ${Math.round(most / 1000)} s at most${last}`,
    )
  }
}

/** Now NDJSON, now an array; what is broken may not be JSON and has a line of its own. */
function postOf(record: RecordId, items: readonly Item[]): Post {
  const path = `/v1/telemetry/${record}`
  const texts = items.map(({ text }) => text)
  const lines = items.some(({ kind }) => kind === 'broken') || items.length % 2 === 0
  return lines
    ? { path, contentType: 'application/x-ndjson', body: texts.join('\n') }
    : { path, contentType: 'application/json', body: `[${texts.join(',')}]` }
}
