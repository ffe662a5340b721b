import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OwnAppends } from '../../../../processors/alerting/run/own-appends.ts'

const [events, state] = ['alert.events', 'alert.state']

test('nobody else wrote where every append begins where the one before it ended, and the log ends with the last', () => {
  const appends = new OwnAppends(new Map([[events, 7]]))
  expect(appends.areAll(new Map([[events, 7]]))).toBe(true)
  appends.note(events, 7, 3)
  appends.note(events, 10, 1)
  expect(appends.areAll(new Map([[events, 11]]))).toBe(true)
  expect(appends.areAll(new Map([[events, 12]]))).toBe(false)
  // A log that is another one, or of which nothing is known.
  expect(appends.areAll(new Map([[events, 4]]))).toBe(false)
  expect(appends.areAll(new Map())).toBe(false)
})

test('an append of which the broker does not say where it stands, or that it has twice, counts as another’s', () => {
  const unknown = new OwnAppends(new Map([[events, 0]]))
  unknown.note(events, undefined, 1)
  expect(unknown.areAll(new Map([[events, 0]]))).toBe(false)
  const twice = new OwnAppends(new Map([[events, 0]]))
  twice.note(events, 1, 1)
  expect(twice.areAll(new Map([[events, 2]]))).toBe(false)
})

test('whoever writes when: it is noticed once and for ever, and which messages are ours is known', () => {
  const append = fc.record({
    topic: fc.constantFrom(events, state),
    ours: fc.boolean(),
    count: fc.integer({ min: 1, max: 3 }),
  })
  fc.assert(
    fc.property(fc.array(append, { maxLength: 30 }), fc.nat(5), (all, begin) => {
      const logs = new Map<string, boolean[]>([events, state].map(topic => [topic, []]))
      const ends = () => new Map([...logs].map(([topic, log]) => [topic, begin + log.length]))
      const appends = new OwnAppends(ends())
      for (const { topic, ours, count } of all) {
        const log = logs.get(topic)!
        if (ours) appends.note(topic, begin + log.length, count)
        log.push(...Array.from({ length: count }, () => ours))
        expect(appends.areAll(ends())).toBe([...logs.values()].flat().every(Boolean))
      }
      for (const [topic, log] of logs)
        for (const [index, ours] of log.entries()) expect(appends.include(topic, begin + index)).toBe(ours)
    }),
  )
})
