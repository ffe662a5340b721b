import { expect, it } from 'vitest'
import { redriveSummary, tookNothing } from '../../../ingest/redrive/redrive-summary.ts'
import type { AcceptedLetter } from '../../../ingest/redrive/redriven-letters.ts'
import { ResendBatches } from '../../../ingest/redrive/resend-batches.ts'
import { Tally } from '../../../ingest/redrive/tally.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import { deadLetter } from './letters.ts'

/** A door that refuses items whose number is odd. */
function batchesAtDoor() {
  const posts: [RecordId, readonly unknown[]][] = []
  const remembered: AcceptedLetter[] = []
  const tally = new Tally()
  const batches = new ResendBatches({
    post: async (record, items) => {
      posts.push([record, items])
      const rejected = items.flatMap((item, index) =>
        Number(item) % 2 === 1 ? [{ index, code: 'wrong_kind', message: `${item} is odd` }] : [],
      )
      return { accepted: items.length - rejected.length, rejected }
    },
    accepted: async letters => void remembered.push(...letters),
    tally,
  })
  const add = (record: RecordId, item: number, payload = '{}') =>
    batches.add(record, item, { partition: 0, offset: item, letter: deadLetter({ record, payload }) })
  return { batches, add, posts, remembered, tally }
}

it('posts by record type in the order in which they come, and remembers exactly what was accepted', async () => {
  const { batches, add, posts, remembered, tally } = batchesAtDoor()
  for (const [record, item] of [
    ['rack', 0],
    ['parking', 1],
    ['rack', 3],
    ['rack', 2],
  ] as const) {
    await add(record, item)
  }
  expect(posts).toEqual([])
  await batches.flushAll()
  expect(posts).toEqual([
    ['rack', [0, 3, 2]],
    ['parking', [1]],
  ])
  expect(remembered).toEqual([
    { partition: 0, offset: 0, record: 'rack', code: 'unknown_asset' },
    { partition: 0, offset: 2, record: 'rack', code: 'unknown_asset' },
  ])
  expect([tally.accepted, tally.refusedCount]).toEqual([2, 2])
  await batches.flushAll()
  expect(posts).toHaveLength(2)
})

it('posts what is enough for one body, by letters and by size', async () => {
  const { batches, add, posts } = batchesAtDoor()
  for (let item = 0; item < 2_001; item++) await add('rack', item)
  for (let item = 0; item < 65; item++) await add('parking', item, 'x'.repeat(65_536))
  await batches.flushAll()
  expect(posts.map(([record, items]) => [record, items.length])).toEqual([
    ['rack', 1_000],
    ['rack', 1_000],
    ...Array(4).fill(['parking', 16]),
    ['rack', 1],
    ['parking', 1],
  ])
})

it('says what became of every one', () => {
  const tally = new Tally()
  tally.read = 9
  tally.redrivenBefore = 2
  for (let i = 0; i < 4; i++) tally.match('rack', 'unknown_asset', 'asset_id: "r" is not registered')
  tally.match('parking', 'field_range', 'occupied: -1')
  expect(redriveSummary(tally, true)).toBe(
    [
      'read 9 dead letters: 5 matched, 2 more were redriven before',
      '  rack unknown_asset: 4 (asset_id: "r" is not registered)',
      '  parking field_range: 1 (occupied: -1)',
      'dry run: 5 would be sent again',
    ].join('\n'),
  )
  expect(tookNothing(tally)).toBe(false)
  tally.refuse('field_range', 'occupied: -1')
  expect(tookNothing(tally)).toBe(true)
  tally.accepted = 3
  tally.retries = 1
  expect(tookNothing(tally)).toBe(false)
  expect(redriveSummary(tally, false).split('\n').slice(3)).toEqual([
    'sent again: 3 accepted, 1 still refused',
    '  field_range: 1 (occupied: -1)',
    '  not sent: 1',
    '  requests sent again: 1',
  ])
})
