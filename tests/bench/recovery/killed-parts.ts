import { setTimeout as sleep } from 'node:timers/promises'
import type { Product } from '../../system/product.ts'
import { databaseOf, fetchJson } from '../../system/product-clients.ts'
import type { LiveValues } from './live-values.ts'

const patienceMs = 180_000
const pollMs = 50

/** A part that is killed, and when it counts as back. */
export interface KilledPart {
  readonly part: string
  /** What has to be seen again, for the table. */
  readonly until: string
  /** Resolves when that is seen for what happened after `killedAt`, epoch ms. */
  readonly back: (product: Product, live: LiveValues, killedAt: number) => Promise<void>
}

const liveAgain: Omit<KilledPart, 'part'> = {
  until: 'kpi.regional tells the province of readings of after the kill',
  back: (_, live, killedAt) => live.after(killedAt, patienceMs),
}

const stored: Omit<KilledPart, 'part'> = {
  until: 'ClickHouse has readings of after the kill',
  back: async (product, _, killedAt) => {
    const client = databaseOf(product)
    const query = `SELECT count() > 0 AS found FROM citybrain.readings_rack WHERE event_time > fromUnixTimestamp64Milli(${killedAt})`
    try {
      await until(async () => {
        const answer = await client.query({ query, format: 'JSONEachRow' })
        const [row] = await answer.json<{ readonly found: number }>()
        return row?.found === 1
      })
    } finally {
      await client.close()
    }
  },
}

/** Every process and store whose death somebody would notice. */
export const killedParts: readonly KilledPart[] = [
  { part: 'ingest', ...liveAgain },
  { part: 'aggregate', ...liveAgain },
  { part: 'rollup', ...liveAgain },
  { part: 'archive', ...stored },
  {
    part: 'api',
    until: 'the api answers with values that were told after the kill',
    back: async (product, live, killedAt) => {
      await live.after(killedAt, patienceMs)
      const { position: told } = live
      const url = `${product.urls.api}/v1/kpis/latest?region=370000&kpi=datacenter.it_load_kw`
      await until(async () => (await fetchJson<{ readonly position: number }>(url)).position >= told)
    },
  },
  { part: 'kafka', ...liveAgain },
  { part: 'clickhouse', ...stored },
]

/** Asked until it says yes; what cannot be reached says no. */
async function until(probe: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + patienceMs
  let reason: unknown
  while (Date.now() < deadline) {
    try {
      if (await probe()) return
      reason = undefined
    } catch (error) {
      reason = error
    }
    await sleep(pollMs)
  }
  throw new Error(`not within ${patienceMs} ms`, { cause: reason })
}
