import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockSize, incompleteBlocks, joined } from '../../../../processors/audit/checks/log-offsets.ts'

describe('incomplete blocks', () => {
  it('are those that hold fewer offsets than lie between the ends of the log', () => {
    const full = { block: 0, stored: blockSize }
    expect(incompleteBlocks(1, 0, blockSize + 10, [full, { block: 1, stored: 10 }])).toEqual([])
    expect(incompleteBlocks(1, 0, blockSize + 10, [full, { block: 1, stored: 9 }])).toEqual([
      { partition: 1, first: blockSize, last: blockSize + 9 },
    ])
    expect(incompleteBlocks(1, 5, 8, [{ block: 0, stored: 3 }])).toEqual([])
    expect(incompleteBlocks(1, 5, 8, [])).toEqual([{ partition: 1, first: 5, last: 7 }])
    expect(incompleteBlocks(1, 8, 8, [])).toEqual([])
  })

  it('cover exactly the blocks with something missing', () => {
    fc.assert(
      fc.property(fc.nat(3 * blockSize), fc.nat(3 * blockSize), fc.nat(2), (a, b, wrong) => {
        const [from, end] = [Math.min(a, b), Math.max(a, b)]
        const held = [0, 1, 2].map(block => {
          const first = Math.max(from, block * blockSize)
          const last = Math.min(end, (block + 1) * blockSize)
          const there = Math.max(0, last - first)
          return { block, stored: block === wrong ? Math.max(0, there - 1) : there }
        })
        const inWrong = Math.min(end, (wrong + 1) * blockSize) - Math.max(from, wrong * blockSize)
        const found = incompleteBlocks(0, from, end, held)
        expect(found.length).toBe(inWrong > 0 ? 1 : 0)
        for (const { first } of found) expect(Math.floor(first / blockSize)).toBe(wrong)
      }),
      // An empty log.
      { examples: [[5, 5, 0]] },
    )
  })
})

it('tells neighbouring gaps of a partition as one', () => {
  expect(
    joined([
      { partition: 0, first: 1, last: 3 },
      { partition: 0, first: 4, last: 4 },
      { partition: 0, first: 6, last: 7 },
      { partition: 1, first: 8, last: 9 },
    ]),
  ).toEqual([
    { partition: 0, first: 1, last: 4 },
    { partition: 0, first: 6, last: 7 },
    { partition: 1, first: 8, last: 9 },
  ])
})
