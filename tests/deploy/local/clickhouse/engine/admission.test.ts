import { expect, it } from 'vitest'
import { Lane } from '../../../../../deploy/local/clickhouse/engine/admission.ts'

it('runs so many, lets so many wait, refuses more', async () => {
  const lane = new Lane({ running: 2, waiting: 1 })
  const order: number[] = []
  const gates = [0, 1, 2].map(() => Promise.withResolvers<void>())
  const work = [0, 1, 2].map(n =>
    lane.run(async () => {
      order.push(n)
      await gates[n]!.promise
    }),
  )
  expect(order).toEqual([0, 1])
  expect(lane).toMatchObject({ running: 2, waiting: 1 })
  await expect(lane.run(async () => undefined)).rejects.toMatchObject({ code: 202 })
  gates[1]!.resolve()
  await work[1]
  await Promise.resolve()
  expect(order).toEqual([0, 1, 2])
  expect(lane).toMatchObject({ running: 2, waiting: 0 })
  gates[0]!.resolve()
  gates[2]!.resolve()
  await lane.drained()
  expect(lane.running).toBe(0)
})

it('hands the place on when the work fails', async () => {
  const lane = new Lane({ running: 1, waiting: 1 })
  const failing = lane.run(() => Promise.reject(new Error('broken')))
  const next = lane.run(async () => 'ran')
  await expect(failing).rejects.toThrow('broken')
  expect(await next).toBe('ran')
})
