import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { LogMessage } from '../../../processors/archive/pending-batch.ts'
import { Poisoned, settleBatch } from '../../../processors/archive/settle-batch.ts'

function message(offset: number): LogMessage {
  return { partition: 0, offset, key: null, value: null, timestamp: '0' }
}

it('writes every good message once and in order, and puts aside exactly the bad ones', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 200 }), async poisonous => {
      const written: number[] = []
      const refused: number[] = []
      await settleBatch(
        poisonous.map((_, offset) => message(offset)),
        {
          write: async messages => {
            if (messages.some(({ offset }) => poisonous[offset])) throw new Poisoned('bad datum')
            written.push(...messages.map(({ offset }) => offset))
          },
          refuse: async ({ offset }) => {
            refused.push(offset)
          },
        },
      )
      const offsets = (bad: boolean) =>
        poisonous.flatMap((poison, offset) => (poison === bad ? [offset] : []))
      expect(written).toEqual(offsets(false))
      expect(refused).toEqual(offsets(true))
    }),
  )
})

it('finds one bad message among 20,000 with few writes', async () => {
  let writes = 0
  await settleBatch(
    Array.from({ length: 20_000 }, (_, offset) => message(offset)),
    {
      write: async messages => {
        writes += 1
        if (messages.some(({ offset }) => offset === 12_345)) throw new Poisoned('bad datum')
      },
      refuse: () => Promise.resolve(),
    },
  )
  expect(writes).toBeLessThan(32)
})

it('passes on what is not the fault of the messages', async () => {
  const refused: LogMessage[] = []
  const settled = settleBatch([message(1), message(2)], {
    write: () => Promise.reject(new Error('stopping')),
    refuse: async each => {
      refused.push(each)
    },
  })
  await expect(settled).rejects.toThrow('stopping')
  expect(refused).toEqual([])
})
