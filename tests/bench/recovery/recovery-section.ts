import { mkdir, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Product, startProduct } from '../../system/product.ts'
import type { Section } from '../section.ts'
import { type KilledPart, killedParts } from './killed-parts.ts'
import { LiveValues } from './live-values.ts'

/** A part that has been up this long is started again without the pauses of its earlier crashes. */
const steadyMs = 62_000
const patienceMs = 180_000

interface Recovery {
  readonly part: string
  readonly until: string
  /** From kill -9 until that was seen, ms, by round. */
  readonly recovery_ms: number[]
  /** The longest time without any live value meanwhile, ms, by round. */
  readonly silence_ms: number[]
}

export const recoverySection: Section = {
  name: 'recovery',
  question: 'how long from kill -9 to values of after the kill?',
  async run({ rounds }) {
    const product = await startProduct({ args: ['--scale', '0.2', '--seed', '7'] })
    const live = new LiveValues(product.urls.kafka)
    try {
      await live.start()
      const recoveries = killedParts.map(
        ({ part, until }): Recovery => ({ part, until, recovery_ms: [], silence_ms: [] }),
      )
      for (let round = 0; round < rounds; round++) {
        await sleep(steadyMs)
        for (const [i, killed] of killedParts.entries()) {
          await live.after(Date.now(), patienceMs)
          const { recoveryMs, silenceMs } = await kill(product, live, killed)
          recoveries[i]?.recovery_ms.push(recoveryMs)
          recoveries[i]?.silence_ms.push(silenceMs)
          process.stderr.write(`round ${round + 1}: ${killed.part} is back after ${recoveryMs} ms\n`)
        }
      }
      const table = recoveries.map(({ part, until, recovery_ms, silence_ms }) => ({
        killed: part,
        'median s': seconds(median(recovery_ms)),
        'max s': seconds(Math.max(...recovery_ms)),
        'longest silence of live values, s': seconds(Math.max(...silence_ms)),
        until,
      }))
      return { table, results: recoveries }
    } finally {
      await live.stop()
      await product.stop()
      // What the parts said meanwhile, for whoever wants to know where the time went.
      await mkdir('.bench', { recursive: true })
      await writeFile('.bench/recovery.log', product.output)
    }
  },
}

async function kill(
  product: Product,
  live: LiveValues,
  { part, back }: KilledPart,
): Promise<{ recoveryMs: number; silenceMs: number }> {
  live.takeSilence()
  const killedAt = Date.now()
  product.kill(part, 'SIGKILL')
  await back(product, live, killedAt)
  return { recoveryMs: Date.now() - killedAt, silenceMs: live.takeSilence() }
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? Number.NaN
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10
}
