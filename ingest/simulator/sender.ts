import { setTimeout as pause } from 'node:timers/promises'
import { messageOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import type { Intake, Receipt } from '../intake.ts'
import type { AssetItem } from './assets.ts'
import type { Disturbance, Emission } from './faults/faults.ts'

export interface SenderOptions {
  readonly intake: Intake
  readonly log: Log
  readonly metrics: Metrics
  /** Ends waiting and repeating. */
  readonly signal: AbortSignal
}

export const source = 'simulator'
const maxInFlight = 4
const firstPauseMs = 250
const longestPauseMs = 10_000
/** What the door is expected to refuse. */
const refusable: ReadonlySet<Disturbance> = new Set<Disturbance>(['broken', 'unregistered'])

/** Hands batches to the intake: few at a time, each again until it is acknowledged or the simulator stops. */
export class Sender {
  private readonly options: SenderOptions
  private readonly inFlight = new Set<Promise<void>>()
  private readonly emitted
  private readonly refused
  private readonly repeated
  private failure: unknown

  constructor(options: SenderOptions) {
    this.options = options
    const { metrics } = options
    this.emitted = metrics.counter(
      'simulator_readings',
      'simulated readings that the intake has answered for, by record and by what was done to them',
      ['record', 'kind'],
    )
    this.refused = metrics.counter(
      'simulator_refused',
      'simulated readings and assets that the intake refused',
      ['record', 'code', 'expected'],
    )
    this.repeated = metrics.counter(
      'simulator_repeats',
      'batches sent again because they were not acknowledged',
    )
  }

  /**
   * Waits until there is room, then sends in the background.
   * @throws what made an earlier batch fail: the simulator was stopped.
   */
  async readings(record: RecordId, emissions: readonly Emission[]): Promise<void> {
    while (this.inFlight.size >= maxInFlight) await Promise.race(this.inFlight)
    this.throwFailure()
    const sent: Promise<void> = this.sendReadings(record, emissions)
      .catch((error: unknown) => {
        this.failure ??= error
      })
      .finally(() => this.inFlight.delete(sent))
    this.inFlight.add(sent)
  }

  /**
   * Waits for all that was handed over.
   * @throws what made one of the batches fail.
   */
  async settled(): Promise<void> {
    await Promise.all(this.inFlight)
    this.throwFailure()
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure
  }

  /** Registers assets and waits for the acknowledgement. */
  async assets(items: readonly AssetItem[]): Promise<void> {
    const receipt = await this.acknowledged(() => this.options.intake.assets(items))
    for (const { code, message } of receipt.rejected) {
      this.refused.inc({ record: 'assets', code, expected: 'no' })
      this.options.log.error({ code, reason: message }, 'the intake refused a simulated asset')
    }
  }

  /** Repeats until acknowledged; for what the caller has to know the outcome of. */
  async acknowledged(send: () => Promise<Receipt>): Promise<Receipt> {
    const { signal, log } = this.options
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
      signal.throwIfAborted()
      try {
        return await send()
      } catch (error) {
        this.repeated.inc()
        log.warn({ reason: messageOf(error), again_in_ms: pauseMs }, 'simulated batch not acknowledged')
      }
      await pause(pauseMs, undefined, { signal })
    }
  }

  private async sendReadings(record: RecordId, emissions: readonly Emission[]): Promise<void> {
    const items = emissions.map(({ item }) => item)
    const receipt = await this.acknowledged(() => this.options.intake.readings(record, items, source))
    for (const { kind } of emissions) this.emitted.inc({ record, kind })
    for (const { index, code, message } of receipt.rejected) {
      const kind = emissions[index]?.kind
      const expected = kind !== undefined && (refusable.has(kind) || kind === 'duplicate')
      this.refused.inc({ record, code, expected: expected ? 'yes' : 'no' })
      if (!expected) {
        this.options.log.warn({ record, kind, code, reason: message }, 'the intake refused a good reading')
      }
    }
  }
}
