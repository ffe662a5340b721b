import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TopologyDriver } from '../topology-driver.ts'

/**
 * Any interleaving, duplication, delay, restart point and number of partitions: every final value equals a
 * computation over the readings that its lineage says it includes, and every reading beyond it has a late notice.
 */
const size = 10_000
const spec = { sizeMs: size, latenessMs: 5_000 }
const counties = ['370102', '370103', '370202'] as const

const readingArbitrary = fc.record({
  asset: fc.integer({ min: 0, max: 5 }),
  /** Event time moves on by this much, or back. */
  step: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 4_000 }) },
    fc.integer({ min: -30_000, max: 30_000 }),
  ),
  power: fc.option(fc.integer({ min: 0, max: 9_000 }), { nil: null, freq: 6 }),
  repeat: fc.boolean(),
})

const actionArbitrary = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      partition: fc.nat(2),
      count: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('flush' as const), partition: fc.nat(2), commit: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('rollup' as const),
      commit: fc.boolean(),
      atMost: fc.constantFrom(1, 10, Number.POSITIVE_INFINITY),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('crash' as const),
      what: fc.constantFrom('aggregate' as const, 'rollup' as const),
    }),
  },
)

test('whatever happens, a final value is exactly what its lineage says', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.array(readingArbitrary, { minLength: 1, maxLength: 40 }),
      fc.array(actionArbitrary, { maxLength: 60 }),
      (partitions, readings, actions) => {
        const driver = new TopologyDriver({ record: 'rack', spec, partitions })
        fill(driver, partitions, readings)
        for (const action of actions) {
          if (action.do === 'rollup') driver.flushRollup(action.commit, action.atMost)
          else if (action.do === 'crash')
            action.what === 'aggregate' ? driver.crashAggregate() : driver.crashRollup()
          else if (action.do === 'read') driver.read(action.partition % partitions, action.count)
          else driver.flushAggregate(action.partition % partitions, action.commit)
        }
        finish(driver, partitions)
        check(driver, partitions)
      },
    ),
    { numRuns: 1_500 },
  )
})

function fill(
  driver: TopologyDriver,
  partitions: number,
  readings: readonly { asset: number; step: number; power: number | null; repeat: boolean }[],
): void {
  let time = 100 * size
  for (const { asset, step, power, repeat } of readings) {
    time = Math.max(size, time + step)
    const reading = {
      event_time: time,
      county: counties[asset % 3]!,
      it_power_w: power,
      in_use: asset % 2 === 0,
    }
    for (let n = 0; n < (repeat ? 2 : 1); n++) driver.append(asset % partitions, `asset-${asset}`, reading)
  }
}

/** Reads everything and lets silence close every window: a partition that never held a reading has to say so again. */
function finish(driver: TopologyDriver, partitions: number): void {
  for (let round = 0; round < 3; round++) {
    for (let partition = 0; partition < partitions; partition++) {
      driver.read(partition)
      driver.idle(partition, (10_000 + round) * size)
      driver.flushAggregate(partition)
    }
    driver.flushRollup()
  }
}

function check(driver: TopologyDriver, partitions: number): void {
  const held = driver.held()
  const windows = new Set(
    driver.logs.flat().map(({ reading }) => Math.floor(reading.event_time / size) * size),
  )
  for (const start of windows) {
    const byCounty = counties.map(county => {
      const message = held.get(`${county}|${start}`)
      const through = new Map(message?.lineage.map(range => [range.partition, range.through_offset]))
      const included = batch(
        driver,
        county,
        start,
        (partition, offset) => offset < (through.get(partition) ?? 0),
      )
      const all = batch(driver, county, start, () => true)
      if (all.readings === 0) return included
      const noted = driver.late.some(notice => notice.county === county && notice.window_start === start)
      expect(message?.status === 'final' || noted, `${county} ${start} is final or late`).toBe(true)
      if (!message) return included
      expect(message.readings).toBe(included.readings)
      expect(message.assets).toBe(included.assets)
      expect(kpiValue(message.kpis, 'datacenter.it_load_kw')).toBeCloseToNull(included.power)
      if (all.readings !== included.readings)
        expect(noted, `${county} ${start} misses readings: late notice`).toBe(true)
      return included
    })
    const province = held.get(`370000|${start}`)
    if (province) expect(province.readings).toBe(byCounty.reduce((sum, { readings }) => sum + readings, 0))
  }
  expect(partitions).toBeGreaterThan(0)
}

/** The batch computation: distinct readings of a county and window that pass, the first of each identity. */
function batch(
  driver: TopologyDriver,
  county: string,
  start: number,
  passes: (partition: number, offset: number) => boolean,
) {
  const seen = new Map<string, { asset: string; power: number | null }>()
  driver.logs.forEach((log, partition) => {
    log.forEach(({ key, reading }, offset) => {
      if (reading.county !== county || Math.floor(reading.event_time / size) * size !== start) return
      const identity = `${key}|${reading.event_time}`
      if (!passes(partition, offset) || seen.has(identity)) return
      seen.set(identity, { asset: key, power: reading.it_power_w as number | null })
    })
  })
  const means = new Map<string, number[]>()
  for (const { asset, power } of seen.values())
    if (power !== null) means.set(asset, [...(means.get(asset) ?? []), power])
  const total = [...means.values()].reduce(
    (sum, powers) => sum + powers.reduce((a, b) => a + b, 0) / powers.length,
    0,
  )
  return {
    readings: seen.size,
    assets: new Set([...seen.values()].map(({ asset }) => asset)).size,
    power: means.size > 0 ? total / 1000 : null,
  }
}

function kpiValue(
  values: readonly { kpi: string; value: number | null }[],
  kpi: string,
): number | null | undefined {
  return values.find(candidate => candidate.kpi === kpi)?.value
}

interface Matchers<R = unknown> {
  /** Equal within 1e-9 relative, or both null. */
  toBeCloseToNull(expected: number | null): R
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: the signature vitest asks for
  interface Assertion<T = any> extends Matchers<T> {}
}

expect.extend({
  toBeCloseToNull(received: number | null | undefined, expected: number | null) {
    const pass =
      received === expected ||
      (typeof received === 'number' &&
        expected !== null &&
        Math.abs(received - expected) <= 1e-9 * Math.max(Math.abs(expected), 1))
    return { pass, message: () => `expected ${received} to be ${expected}` }
  },
})
