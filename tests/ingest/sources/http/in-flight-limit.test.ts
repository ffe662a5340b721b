import { expect, it } from 'vitest'
import { InFlightLimit } from '../../../../ingest/sources/http/in-flight-limit.ts'

it('bounds what is held in all, and half of that for one sender', () => {
  const limit = new InFlightLimit(100)
  const first = limit.lease('a')
  first.grow(30)
  const second = limit.lease('a')
  expect(() => second.grow(21)).toThrow('at most 50 for one sender')
  second.grow(20)
  const other = limit.lease('b')
  other.grow(50)
  expect(() => limit.lease('c').grow(1)).toThrow('100 bytes are in flight, at most 100')
  first.release()
  first.release()
  expect(limit.inFlight).toBe(70)
  limit.lease('c').grow(30)
})

it('lets a request in that is greater than all of it, when it is alone', () => {
  const limit = new InFlightLimit(100)
  const large = limit.lease('a')
  large.grow(90)
  large.grow(90)
  expect(() => limit.lease('b').grow(1)).toThrow('in flight')
  large.release()
  expect(limit.inFlight).toBe(0)
  limit.lease('b').grow(100)
})
