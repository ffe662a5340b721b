import { fetchJson, postJson } from '../../system/product-clients.ts'

export const windowMs = 10_000
/** The racks of one gateway are in this county. */
export const county = '370102'
const hours = 6
const perRequest = 5_000
const requestsAtOnce = 2

/** What a gateway sends that was cut off for six hours: every rack once per window. */
export class SavedUp {
  readonly windows: number
  readonly racks: number
  private readonly ingest: string
  private readonly from: number

  /** @param readings how many, about; @param now epoch ms */
  constructor(ingest: string, readings: number, now: number) {
    this.ingest = ingest
    this.windows = (hours * 3_600_000) / windowMs
    this.racks = Math.ceil(readings / this.windows)
    this.from = Math.floor(now / windowMs) * windowMs - (this.windows + 6) * windowMs
  }

  get readings(): number {
    return this.windows * this.racks
  }

  get range(): { readonly from: number; readonly to: number } {
    return { from: this.from, to: this.from + this.windows * windowMs }
  }

  async register(): Promise<void> {
    const assets = Array.from({ length: this.racks }, (_, rack) => ({
      asset_id: assetOf(rack),
      record: 'rack',
      kind: 'rack',
      county,
      period_s: windowMs / 1000,
    }))
    for (let at = 0; at < assets.length; at += 500) {
      await postJson(`${this.ingest}/v1/assets`, assets.slice(at, at + 500))
    }
  }

  /** Resolves when everything is acknowledged; in the order of time, as gateways do. */
  async send(): Promise<void> {
    let next = 0
    const lane = async () => {
      while (next < this.readings) {
        const first = next
        next += perRequest
        await this.sendFrom(first)
      }
    }
    await Promise.all(Array.from({ length: requestsAtOnce }, lane))
  }

  private async sendFrom(first: number): Promise<void> {
    const count = Math.min(perRequest, this.readings - first)
    const lines = Array.from({ length: count }, (_, index) => {
      const [window, rack] = [Math.floor((first + index) / this.racks), (first + index) % this.racks]
      const time = this.from + window * windowMs + (rack % 9_000)
      return `{"asset_id":"${assetOf(rack)}","event_time":${time},"it_power_w":${1_000 + rack},"in_use":true}`
    })
    const { accepted } = await fetchJson<{ readonly accepted: number }>(`${this.ingest}/v1/telemetry/rack`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
    })
    if (accepted !== count) throw new Error(`${accepted} of ${count} readings were accepted`)
  }
}

function assetOf(rack: number): string {
  return `gateway-rack-${rack}`
}
