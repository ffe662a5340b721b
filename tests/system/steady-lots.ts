import { setTimeout as sleep } from 'node:timers/promises'
import { postJson } from './product-clients.ts'

const stepMs = 500
const capacity = 100

export interface LotCounty {
  readonly county: string
  readonly lots: readonly string[]
}

/**
 * Car parks that report at every half second of event time, whatever the machine does meanwhile: what it could not send in
 * time is sent with the next.
 */
export class SteadyLots {
  /** By county; none: it is silent. */
  private readonly occupied = new Map<string, number>()
  private readonly ingest: string
  private readonly counties: readonly LotCounty[]
  private next = Math.ceil(Date.now() / stepMs) * stepMs
  private running: Promise<void> | undefined
  private stopped = false

  constructor(ingest: string, counties: readonly LotCounty[]) {
    this.ingest = ingest
    this.counties = counties
    for (const { county } of counties) this.occupied.set(county, 50)
  }

  async start(): Promise<void> {
    const assets = this.counties.flatMap(({ county, lots }) =>
      lots.map(asset_id => ({ asset_id, record: 'parking', kind: 'lot', county, period_s: 1 })),
    )
    await postJson(`${this.ingest}/v1/assets`, assets)
    this.running = this.run()
  }

  async stop(): Promise<void> {
    this.stopped = true
    await this.running
  }

  /** From the event time that is returned on, epoch ms. @param occupied of 100 spaces; null: the county is silent */
  set(county: string, occupied: number | null): number {
    if (occupied === null) this.occupied.delete(county)
    else this.occupied.set(county, occupied)
    return this.next
  }

  /** Readings of a county's lots that come late. */
  async late(county: string, times: readonly number[], occupied: number): Promise<void> {
    const lots = this.counties.find(one => one.county === county)?.lots ?? []
    await this.post(times.flatMap(time => lots.map(lot => reading(lot, time, occupied))))
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const due: object[] = []
      for (; this.next <= Date.now(); this.next += stepMs) {
        for (const { county, lots } of this.counties) {
          const occupied = this.occupied.get(county)
          if (occupied !== undefined) due.push(...lots.map(lot => reading(lot, this.next, occupied)))
        }
      }
      if (due.length > 0) await this.post(due)
      await sleep(stepMs / 5)
    }
  }

  private async post(readings: readonly object[]): Promise<void> {
    await postJson(`${this.ingest}/v1/telemetry/parking`, readings)
  }
}

function reading(lot: string, time: number, occupied: number): object {
  return { asset_id: lot, event_time: time, status: 'open', capacity, occupied }
}
