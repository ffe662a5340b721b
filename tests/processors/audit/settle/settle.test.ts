import { expect, it } from 'vitest'
import { type Case, settle } from '../../../../processors/audit/settle/settle.ts'
import { logAt } from '../progress/log-at.ts'

/** Settles cases that are decided in their n-th round, on a clock that only sleeping moves. */
async function rounds(decidedIn: readonly number[], settleMs: number, roundMs = 0) {
  let now = 0
  const counts = decidedIn.map(() => 0)
  const cases = decidedIn.map(
    (last, i): Case => ({
      round: async () => {
        now += roundMs
        counts[i]!++
        return counts[i]! >= last
      },
    }),
  )
  await settle(cases, {
    readProgress: async () => logAt({}),
    settleMs,
    now: () => now,
    sleep: async ms => {
      now += ms
    },
  })
  return { counts, now }
}

it('looks again until everything is decided', async () => {
  expect(await rounds([1, 3], 60_000)).toEqual({ counts: [3, 3], now: 2_000 })
})

it('asks once where all is well', async () => {
  expect(await rounds([1], 60_000)).toEqual({ counts: [1], now: 0 })
})

it('ends when the time is over', async () => {
  expect(await rounds([Number.POSITIVE_INFINITY], 2_500)).toEqual({ counts: [4], now: 2_500 })
})

it('rests as long as looking took', async () => {
  expect((await rounds([Number.POSITIVE_INFINITY], 60_000, 10_000)).counts).toEqual([4])
})
