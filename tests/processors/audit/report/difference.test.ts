import { expect, test } from 'vitest'
import { type Difference, identityOf } from '../../../../processors/audit/report/difference.ts'

const sum: Difference = {
  ...{ check: 'measures', record: 'rack', name: 'it_power_w', region: '370102' },
  ...{ stored: 3_208.4, recomputed: 3_213.583_333_333_333 },
}

test('a sum that was added up in another order is the same difference, another number is another one', () => {
  const again = { ...sum, recomputed: 3_213.583_333_333_334 }
  expect(again.recomputed).not.toBe(sum.recomputed)
  expect(identityOf(again)).toBe(identityOf(sum))
  expect(identityOf({ ...sum, recomputed: 3_213.59 })).not.toBe(identityOf(sum))
  expect(identityOf({ ...sum, stored: null })).not.toBe(identityOf(sum))
})
