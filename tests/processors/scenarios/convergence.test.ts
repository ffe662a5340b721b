import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withAncestors } from '../../../schemas/regions/regions.ts'
import { CorrectDriver } from '../correct-driver.ts'
import { assetOf, TopologyDriver } from '../topology-driver.ts'

/**
 * The promise: any interleaving, duplication, delay, restart point, sleeper that wakes up after its replacement took
 * over, and number of partitions converges to the batch result. Every last revision of every window, at every level, for
 * consumers of kpi.regional and in ClickHouse, is what a computation over all readings gives.
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
  /** Sent again, with another value: the first one counts. */
  repeat: fc.boolean(),
  /** Reported from another county than usual. */
  moved: fc.boolean(),
  /** Said to be unusable by the device. */
  suspect: fc.nat(7).map(side => side === 0),
})
type GivenReading = typeof readingArbitrary extends fc.Arbitrary<infer T> ? T : never

const partition = fc.nat(2)
const count = fc.integer({ min: 1, max: 6 })
const some = fc.constantFrom(1, 3, 10, Number.POSITIVE_INFINITY)
const who = fc.constantFrom('owner' as const, 'sleeper' as const)
const actions = {
  read: fc.record({ do: fc.constant('read' as const), partition, count }),
  flush: fc.record({ do: fc.constant('flush' as const), partition, commit: fc.boolean() }),
  idle: fc.record({ do: fc.constant('idle' as const), partition }),
  rollup: fc.record({ do: fc.constant('rollup' as const), commit: fc.boolean(), atMost: some }),
  archive: fc.record({ do: fc.constant('archive' as const), partition, count }),
  compute: fc.record({ do: fc.constant('compute' as const), who, atMost: some }),
  publish: fc.record({ do: fc.constant('publish' as const), who, atMost: some }),
  crash: fc.record({
    do: fc.constant('crash' as const),
    what: fc.constantFrom('aggregate' as const, 'rollup' as const, 'correct' as const),
    sleeps: fc.boolean(),
  }),
  wake: fc.record({
    do: fc.constant('wake' as const),
    what: fc.constantFrom('aggregate' as const, 'rollup' as const),
    partition,
    count,
  }),
}
const actionArbitrary = fc.oneof(
  { weight: 6, arbitrary: actions.read },
  { weight: 4, arbitrary: actions.flush },
  { weight: 1, arbitrary: actions.idle },
  { weight: 3, arbitrary: actions.rollup },
  { weight: 4, arbitrary: actions.archive },
  { weight: 3, arbitrary: actions.compute },
  { weight: 3, arbitrary: actions.publish },
  { weight: 2, arbitrary: actions.crash },
  { weight: 2, arbitrary: actions.wake },
)
type Action = typeof actionArbitrary extends fc.Arbitrary<infer T> ? T : never

const phaseArbitrary = fc.record({
  readings: fc.array(readingArbitrary, { minLength: 1, maxLength: 20 }),
  steps: fc.array(actionArbitrary, { maxLength: 40 }),
  closes: fc.boolean(),
})

const assets = [0, 1, 2, 3, 4, 5].map(asset =>
  assetOf({
    asset_id: `asset-${asset}`,
    record: 'rack',
    kind: 'rack',
    county: counties[asset % 3]!,
    period_s: 5,
  }),
)

test('whatever happens, the last revisions are the batch result', { timeout: 3_600_000 }, () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.array(phaseArbitrary, { minLength: 1, maxLength: 4 }),
      convergesToBatch,
    ),
    { numRuns: Number(process.env.PROPERTY_RUNS ?? 3_000) },
  )
})

test('two correctors that say the same under different revisions agree with ClickHouse on the later one', () => {
  const reading = { asset: 0, power: null, repeat: false, moved: false, suspect: false }
  convergesToBatch(1, [
    {
      readings: [{ ...reading, step: 0 }],
      steps: [
        { do: 'crash', what: 'correct', sleeps: true },
        { do: 'read', partition: 0, count: 1 },
        { do: 'idle', partition: 0 },
      ],
      closes: false,
    },
    { readings: [{ ...reading, step: 1 }], steps: [], closes: true },
    {
      readings: [{ ...reading, step: 2 }],
      steps: [
        { do: 'compute', who: 'owner', atMost: 1 },
        { do: 'archive', partition: 0, count: 1 },
        { do: 'compute', who: 'sleeper', atMost: 1 },
      ],
      closes: false,
    },
  ])
})

test('what a sleeper adds to a revision that was published in part is no newer than that', () => {
  const reading = { asset: 0, power: null, repeat: false, moved: false, suspect: false }
  convergesToBatch(1, [
    {
      readings: [10_399, 1_108, 1_723, 1_770].map(step => ({ ...reading, step })),
      steps: [{ do: 'crash', what: 'correct', sleeps: true }],
      closes: false,
    },
    { readings: [{ ...reading, step: 0 }], steps: [], closes: true },
    {
      readings: [{ ...reading, step: 1 }],
      steps: [
        { do: 'compute', who: 'owner', atMost: 1 },
        { do: 'publish', who: 'owner', atMost: 1 },
        { do: 'compute', who: 'sleeper', atMost: 1 },
      ],
      closes: false,
    },
  ])
})

function convergesToBatch(
  partitions: number,
  phases: readonly {
    readonly readings: readonly GivenReading[]
    readonly steps: readonly Action[]
    readonly closes: boolean
  }[],
): void {
  const driver = new TopologyDriver({ record: 'rack', spec, partitions, assets })
  const correct = new CorrectDriver(driver)
  for (const { readings, steps, closes } of phases) {
    send(driver, partitions, readings)
    for (const step of steps) act(driver, correct, partitions, step)
    if (closes) closeAll(driver, correct, partitions)
  }
  settle(driver, correct, partitions)
  compare(driver, correct)
}

/** Appends readings to the log; every phase begins at the same time, so what was closed before it comes late. */
function send(driver: TopologyDriver, partitions: number, readings: readonly GivenReading[]): void {
  let time = 100 * size
  for (const { asset, step, power, repeat, moved, suspect } of readings) {
    time = Math.max(size, time + step)
    const county = counties[(asset + (moved ? 1 : 0)) % 3]!
    const reading = { event_time: time, county, it_power_w: power, in_use: asset % 2 === 0, suspect }
    driver.append(asset % partitions, `asset-${asset}`, reading)
    if (repeat)
      driver.append(asset % partitions, `asset-${asset}`, { ...reading, it_power_w: 1, in_use: true })
  }
}

/** What was sent is read and its windows close, mostly; nothing is corrected. */
function closeAll(driver: TopologyDriver, correct: CorrectDriver, partitions: number): void {
  for (let round = 0; round < 3; round++) {
    for (let number = 0; number < partitions; number++) {
      driver.read(number)
      driver.idleAtEnd(number)
      driver.flushAggregate(number)
      correct.archive(number)
    }
    driver.flushRollup()
  }
}

function act(driver: TopologyDriver, correct: CorrectDriver, partitions: number, step: Action): void {
  switch (step.do) {
    case 'read':
      driver.read(step.partition % partitions, step.count)
      break
    case 'flush':
      driver.flushAggregate(step.partition % partitions, step.commit)
      break
    case 'idle':
      driver.idleAtEnd(step.partition % partitions)
      break
    case 'rollup':
      driver.flushRollup(step.commit, step.atMost)
      break
    case 'archive':
      correct.archive(step.partition % partitions, step.count)
      break
    case 'compute':
      correct.compute(step.who, step.atMost)
      break
    case 'publish':
      correct.publish(step.who, step.atMost)
      break
    case 'crash':
      replace(driver, correct, step.what, step.sleeps)
      break
    case 'wake':
      if (step.what === 'aggregate') driver.wakeAggregator(step.partition % partitions, step.count)
      else driver.wakeRollups(step.count > 3)
  }
}

/** Another process takes over; the old one is gone, or sleeps and may wake up. */
function replace(
  driver: TopologyDriver,
  correct: CorrectDriver,
  what: 'aggregate' | 'rollup' | 'correct',
  sleeps: boolean,
): void {
  if (what === 'correct') correct.takeOver(sleeps)
  else if (what === 'aggregate') sleeps ? driver.putAggregatorsToSleep() : driver.crashAggregate()
  else sleeps ? driver.putRollupsToSleep(true) : driver.crashRollup()
}

/** Everything is read, silence closes every window, the sleepers wake up, and what is late is corrected. */
function settle(driver: TopologyDriver, correct: CorrectDriver, partitions: number): void {
  for (let round = 0; round < 4; round++) {
    for (let number = 0; number < partitions; number++) {
      driver.read(number)
      driver.idle(number, (10_000 + round) * size)
      driver.flushAggregate(number)
      if (round === 1) driver.wakeAggregator(number, 1_000)
      correct.archive(number)
    }
    if (round === 2) driver.wakeRollups(true)
    driver.flushRollup()
    correct.compute('owner')
    if (round === 2) correct.compute('sleeper')
    correct.publish('owner')
  }
  correct.publish('sleeper')
  for (let round = 0; round < 3; round++) {
    correct.compute('owner')
    correct.publish('owner')
  }
  correct.archiveRegional()
  expect(correct.settled, 'no correction is left').toBe(true)
}

function compare(driver: TopologyDriver, correct: CorrectDriver): void {
  const held = driver.held()
  const stored = correct.stored()
  const batch = batchOf(driver)
  for (const [key, expected] of batch) {
    for (const [where, message] of [
      ['kpi.regional', held.get(key)],
      ['ClickHouse', stored.get(key)],
    ] as const) {
      const label = `${key} on ${where}`
      expect(message, label).toBeDefined()
      expect(message?.status, label).not.toBe('provisional')
      expect(message?.readings, label).toBe(expected.readings)
      expect(message?.assets, label).toBe(expected.assets)
      const load = message?.kpis.find(({ kpi }) => kpi === 'datacenter.it_load_kw')
      if (expected.power === null) expect(load?.value, label).toBeNull()
      else expect(load?.value, label).toBeCloseTo(expected.power, 6)
    }
    expect(stored.get(key)?.revision, key).toBe(held.get(key)?.revision)
    expect(stored.get(key)?.version, key).toBe(held.get(key)?.version)
  }
  for (const [key, { readings }] of held) if (!batch.has(key)) expect(readings, key).toBe(0)
}

/**
 * The batch computation, by `region|window start`: the first reading of each identity, an asset's mean over all its usable readings
 * in the county of the first one of them in the log.
 */
function batchOf(driver: TopologyDriver) {
  const seen = new Set<string>()
  const homes = new Map<string, string>()
  const powers = new Map<string, Map<string, number[]>>()
  const readings = new Map<string, number>()
  for (const { key, reading } of driver.logs.flat()) {
    const identity = `${key}|${reading.event_time}`
    if (seen.has(identity)) continue
    seen.add(identity)
    const start = Math.floor(reading.event_time / size) * size
    for (const region of withAncestors(reading.county)) {
      const cell = `${region}|${start}`
      readings.set(cell, (readings.get(cell) ?? 0) + 1)
    }
    if (reading.suspect === true) continue
    const home = homes.get(`${key}|${start}`) ?? reading.county
    homes.set(`${key}|${start}`, home)
    for (const region of withAncestors(home)) {
      const cell = `${region}|${start}`
      const byAsset = powers.get(cell) ?? new Map<string, number[]>()
      powers.set(cell, byAsset)
      const sofar = byAsset.get(key) ?? []
      byAsset.set(key, sofar)
      if (reading.it_power_w !== null) sofar.push(reading.it_power_w as number)
    }
  }
  return new Map(
    [...readings].map(([cell, count]) => {
      const byAsset = [...(powers.get(cell)?.values() ?? [])]
      const means = byAsset
        .filter(values => values.length > 0)
        .map(values => values.reduce((sum, value) => sum + value, 0) / values.length)
      const power = means.length > 0 ? means.reduce((sum, mean) => sum + mean, 0) / 1000 : null
      return [cell, { readings: count, assets: byAsset.length, power }]
    }),
  )
}
