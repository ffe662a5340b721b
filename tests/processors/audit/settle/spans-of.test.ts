import { expect, it } from 'vitest'
import { spansOf } from '../../../../processors/audit/settle/spans-of.ts'

it('takes neighbouring windows together', () => {
  expect(spansOf([0, 10, 20, 40, 60, 70], 10)).toEqual([
    { from: 0, to: 30 },
    { from: 40, to: 50 },
    { from: 60, to: 80 },
  ])
  expect(spansOf([], 10)).toEqual([])
})
