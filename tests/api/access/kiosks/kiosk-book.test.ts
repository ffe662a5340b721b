import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Kiosk, liesIn, stateOf } from '../../../../api/access/kiosks/kiosk.ts'
import { KioskBook } from '../../../../api/access/kiosks/kiosk-book.ts'
import { regionOf, regions } from '../../../../schemas/regions/regions.ts'

const kiosk: Kiosk = {
  kiosk_id: 'k1',
  wall: 'hall-1',
  regions: ['370100'],
  created_by: 'wang',
  created_at: 1_000,
  expires_at: 5_000,
  revoked_by: null,
  revoked_at: null,
}
const revoked: Kiosk = { ...kiosk, revoked_by: 'wang', revoked_at: 2_000 }
const refused = expect.objectContaining({ code: 'kiosk_revoked' })

test('a kiosk is let in until it is revoked, and one that is not known never', () => {
  const told: string[] = []
  const book = new KioskBook(id => told.push(id))
  expect(() => book.requireActive('k1')).toThrow(refused)
  book.put(kiosk)
  expect(() => book.requireActive('k1')).not.toThrow()
  expect(told).toEqual([])
  book.put(revoked)
  expect(() => book.requireActive('k1')).toThrow(refused)
  expect(told).toEqual(['k1'])
})

test('law: once revoked it stays so and is told of once, however often and late anything is said', () => {
  const said = fc.array(fc.constantFrom(kiosk, revoked, { ...revoked, revoked_at: 3_000 }), { maxLength: 8 })
  fc.assert(
    fc.property(said, messages => {
      const told: string[] = []
      const book = new KioskBook(id => told.push(id))
      for (const message of messages) book.put(message)
      const first = messages.find(({ revoked_at }) => revoked_at !== null)
      expect(told).toEqual(first ? ['k1'] : [])
      expect(book.get('k1')).toEqual(first ?? messages[0])
    }),
  )
})

test.each([
  [kiosk, 4_999, 'active'],
  [kiosk, 5_000, 'expired'],
  [revoked, 1, 'revoked'],
  [revoked, 9_000, 'revoked'],
] as const)('%j at %i is %s', (of, now, state) => {
  expect(stateOf(of, now)).toBe(state)
})

test('it lies in what is above all of its regions, in nothing else', () => {
  const of = { ...kiosk, regions: ['370102', '370103'] }
  const found = regions.filter(({ code }) => liesIn(of, code)).map(({ code }) => code)
  expect(found.sort()).toEqual(['370000', '370100', regionOf('370100')?.parent].sort())
})
