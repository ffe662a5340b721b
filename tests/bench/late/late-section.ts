import { setTimeout as sleep } from 'node:timers/promises'
import { startProduct } from '../../system/product.ts'
import { databaseOf } from '../../system/product-clients.ts'
import { LiveValues } from '../recovery/live-values.ts'
import type { Section } from '../section.ts'
import { county, SavedUp, windowMs } from './saved-up.ts'

const patienceMs = 180_000
const calmMs = 30_000

export const lateSection: Section = {
  name: 'late',
  question: 'how fast does a storm of late readings drain, and what do live values notice of it?',
  async run({ readings }) {
    const product = await startProduct({
      args: ['--scale', '1', '--seed', '7', '--windows', `rack=${windowMs / 1000}s/3s`],
    })
    const live = new LiveValues(product.urls.kafka)
    const client = databaseOf(product)
    const delays = new Delays(live)
    try {
      await live.start()
      const saved = new SavedUp(product.urls.ingest, readings, Date.now())
      await saved.register()
      await live.after(Date.now(), patienceMs)
      const before = await delays.during(sleep(calmMs))

      const began = Date.now()
      const { from, to } = saved.range
      const corrected = async (): Promise<number> => {
        const answer = await client.query({
          query: `SELECT toInt32(count()) AS windows FROM citybrain.kpi
            WHERE kpi = 'datacenter.it_load_kw' AND region = '${county}' AND readings >= ${saved.racks}
              AND window_start >= fromUnixTimestamp64Milli(${from}) AND window_start < fromUnixTimestamp64Milli(${to})`,
          format: 'JSONEachRow',
        })
        const [row] = await answer.json<{ readonly windows: number }>()
        return row?.windows ?? 0
      }
      let sentMs = 0
      const storm = async () => {
        await saved.send()
        sentMs = Date.now() - began
        process.stderr.write(`${saved.readings} readings sent in ${Math.round(sentMs / 1000)} s\n`)
        for (let done = 0; done < saved.windows; ) {
          await sleep(5_000)
          done = await corrected()
          process.stderr.write(`${done} of ${saved.windows} windows corrected\n`)
        }
      }
      const meanwhile = await delays.during(storm())
      const drainedMs = Date.now() - began
      const results = {
        readings: saved.readings,
        windows: saved.windows,
        sent_ms: sentMs,
        corrected_ms: drainedMs,
        live_delay_before_ms: before,
        live_delay_meanwhile_ms: meanwhile,
      }
      const table = [
        {
          'late readings': saved.readings,
          windows: saved.windows,
          'sent, s': Math.round(sentMs / 1000),
          'all corrected, s': Math.round(drainedMs / 1000),
          'readings a second': Math.round((1000 * saved.readings) / drainedMs),
          'live before, p50 s': seconds(quantile(before, 0.5)),
          'max s': seconds(quantile(before, 1)),
          'live meanwhile, p50 s': seconds(quantile(meanwhile, 0.5)),
          'p99 s': seconds(quantile(meanwhile, 0.99)),
          ' max s': seconds(quantile(meanwhile, 1)),
        },
      ]
      return { table, results }
    } finally {
      await client.close()
      await live.stop()
      await product.stop()
    }
  },
}

/** How long it takes until a moment is shown, asked again and again. */
class Delays {
  private readonly live: LiveValues

  constructor(live: LiveValues) {
    this.live = live
  }

  /** ms, in no order */
  async during(work: Promise<unknown>): Promise<readonly number[]> {
    let isOver = false
    const end = work.finally(() => {
      isOver = true
    })
    const delays: number[] = []
    const watch = async () => {
      while (!isOver) {
        const asked = Date.now()
        await this.live.after(asked, patienceMs)
        delays.push(Date.now() - asked)
      }
    }
    await Promise.all([end, watch()])
    return delays
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10
}
