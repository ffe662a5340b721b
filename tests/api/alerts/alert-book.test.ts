import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AlertBook } from '../../../api/alerts/alert-book.ts'
import { alert } from './alerts.ts'

const states = ['pending', 'firing', 'unknown', 'resolved', 'retracted'] as const
const versions = fc.array(
  fc.record({
    alert_id: fc.constantFrom('a', 'b', 'c'),
    version: fc.integer({ min: 1, max: 9 }),
    state: fc.constantFrom(...states),
  }),
  { maxLength: 40 },
)

describe('the book of alerts', () => {
  test('ends the same, whatever the order and repetition in which versions come', () => {
    fc.assert(
      fc.property(versions, fc.infiniteStream(fc.nat()), (told, order) => {
        // Of one alert and version there is one value.
        const values = [
          ...new Map(told.map(each => [`${each.alert_id}${each.version}`, alert(each)])).values(),
        ]
        const shuffled = [...values, ...values]
          .map(value => ({ value, at: order.next().value ?? 0 }))
          .toSorted((left, right) => left.at - right.at)
        const [inOrder, inAny] = [new AlertBook(), new AlertBook()]
        for (const value of values) inOrder.put(value)
        for (const { value } of shuffled) inAny.put(value)
        const held = (book: AlertBook) =>
          [...book].map(({ alert_id, version }) => `${alert_id} ${version}`).sort()
        expect(held(inAny)).toEqual(held(inOrder))
      }),
    )
  })

  test('tells what changed after a change, the newest version of each', () => {
    const book = new AlertBook()
    expect(book.put(alert({ alert_id: 'a' }))).toBe('applied')
    const before = book.change
    expect(book.put(alert({ alert_id: 'a' }))).toBe('old')
    expect(book.changedSince(before)).toEqual([])
    book.put(alert({ alert_id: 'b' }))
    book.put(alert({ alert_id: 'a', version: 2 }))
    book.put(alert({ alert_id: 'a', version: 3 }))
    expect(book.changedSince(before).map(({ alert_id, version }) => [alert_id, version])).toEqual([
      ['b', 1],
      ['a', 3],
    ])
    expect(JSON.parse(book.jsonOf(alert({ alert_id: 'a' })))).toMatchObject({ alert_id: 'a', version: 3 })
    expect(book.jsonOf(alert({ alert_id: 'a' }))).not.toContain('history')
  })

  test('keeps all that go on, and of those that are over the newest, and says what it let go of', () => {
    const book = new AlertBook(10)
    book.put(alert({ alert_id: 'old but open', updated_at: 0 }))
    for (let at = 1; at <= 600; at++) {
      book.put(alert({ alert_id: `over ${at}`, state: 'resolved', updated_at: at }))
    }
    expect(book.size).toBeLessThan(600)
    expect(book.get('old but open')).toBeDefined()
    expect(book.get('over 600')).toBeDefined()
    expect(book.get('over 1')).toBeUndefined()
    const oldest = Math.min(
      ...[...book].filter(({ state }) => state === 'resolved').map(one => one.updated_at),
    )
    expect(book.completeSince).toBe(oldest - 1)
    expect(book.forgottenChange).toBeGreaterThan(0)
    expect(new AlertBook().completeSince).toBe(Number.NEGATIVE_INFINITY)
  })

  test('an alert that is over and begins again is one that goes on', () => {
    const book = new AlertBook(0)
    book.put(alert({ alert_id: 'a', state: 'resolved' }))
    book.put(alert({ alert_id: 'a', state: 'firing', version: 2 }))
    for (let at = 0; at < 600; at++) book.put(alert({ alert_id: `over ${at}`, state: 'resolved' }))
    expect(book.get('a')?.version).toBe(2)
  })
})
