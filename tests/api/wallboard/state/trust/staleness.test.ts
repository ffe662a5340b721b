import { describe, expect, test } from 'vitest'
import {
  arrived,
  leastSilenceMs,
  noData,
  silentForMs,
} from '../../../../../api/wallboard/state/trust/data-pulse.ts'
import type { Pulse } from '../../../../../api/wallboard/state/trust/pulse.ts'
import { stalenessOf } from '../../../../../api/wallboard/state/trust/staleness.ts'

const every = (ms: number, times: number) =>
  Array.from({ length: times }, (_, i) => i * ms).reduce((pulse, at) => arrived(pulse, at, at === 0), noData)

describe('the data’s pulse', () => {
  test('that comes every second is missed after three', () => {
    const pulse = every(1_000, 60)
    expect(silentForMs(pulse, 59_000 + leastSilenceMs)).toBeNull()
    expect(silentForMs(pulse, 61_100)).toBe(2_100)
  })

  test('that stumbles is missed after three all the same', () => {
    const pulse = every(1_800, 60)
    const last = 59 * 1_800
    expect(silentForMs(pulse, last + 2_600)).toBeNull()
    expect(silentForMs(pulse, last + 2_750)).toBe(2_750)
  })

  test('of a county with few devices may come once a minute', () => {
    const pulse = every(60_000, 10)
    expect(silentForMs(pulse, 540_000 + 100_000)).toBeNull()
    expect(silentForMs(pulse, 540_000 + 130_000)).toBe(130_000)
  })

  test('learns nothing from one hiccup, something from two, and forgets that', () => {
    const outage = arrived(every(1_000, 60), 79_000, false)
    expect(silentForMs(outage, 79_000 + 2_100)).toBe(2_100)
    const hiccup = arrived(arrived(every(1_000, 40), 59_000, false), 79_000, false)
    expect(silentForMs(hiccup, 79_000 + 10_000)).toBeNull()
    const later = Array.from({ length: 200 }, (_, i) => 80_000 + i * 1_000).reduce(
      (pulse, at) => arrived(pulse, at, false),
      hiccup,
    )
    expect(silentForMs(later, 279_000 + 3_000)).toBe(3_000)
  })

  test('time without a connection is not silence, nor is time before the first value', () => {
    expect(silentForMs(noData, 1e6)).toBeNull()
    const back = arrived(every(1_000, 60), 659_000, true)
    expect(back.usualGapMs).toBe(1_000)
    expect(silentForMs(back, 660_000)).toBeNull()
  })
})

describe('a wall', () => {
  const pulse: Pulse = {
    now: 1e12,
    speed: 1,
    loaded: true,
    connection: { kind: 'live', url: '' },
    lostForMs: null,
    silentForMs: null,
    newestEventTime: null,
  }
  const lost = { ...pulse, connection: { kind: 'stale', since: 0 } } as const

  test('is stale when its connection was lost for a second, or when no data comes through it', () => {
    expect(stalenessOf(pulse)).toBeNull()
    expect(stalenessOf({ ...lost, lostForMs: 999 })).toBeNull()
    expect(stalenessOf({ ...lost, lostForMs: 1_000 })).toEqual({ why: 'lost', forMs: 1_000 })
    expect(stalenessOf({ ...pulse, silentForMs: 4_000 })).toEqual({ why: 'silent', forMs: 4_000 })
  })

  test('that has just been opened is not', () => {
    const opening = { ...lost, now: null, connection: { kind: 'connecting', since: 0 } } as const
    expect(stalenessOf({ ...opening, lostForMs: 2_000 })).toBeNull()
    expect(stalenessOf({ ...opening, lostForMs: 3_000 })?.why).toBe('lost')
  })
})
