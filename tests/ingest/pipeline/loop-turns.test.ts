import { setImmediate as round } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { LoopTurns } from '../../../ingest/pipeline/loop-turns.ts'

it('gives one turn a round where the time of a round is used up, first come, first served', async () => {
  const turns = new LoopTurns(0)
  const done: string[] = []
  const work = async (name: string) => {
    for (const part of [1, 2]) {
      await turns.next()
      done.push(`${name}${part}`)
    }
  }
  const all = Promise.all([work('a'), work('b')])
  expect(done).toEqual([])
  const perRound: number[] = []
  while (done.length < 4) {
    const before = done.length
    await round()
    perRound.push(done.length - before)
  }
  await all
  expect(done).toEqual(['a1', 'b1', 'a2', 'b2'])
  expect(Math.max(...perRound)).toBe(1)
})

it('lets somebody who is alone go on within a round', async () => {
  const turns = new LoopTurns(60_000)
  let rounds = 0
  const counting = (async () => {
    await round()
    rounds++
  })()
  for (let slice = 0; slice < 100; slice++) await turns.next()
  expect(rounds).toBe(0)
  await counting
})
