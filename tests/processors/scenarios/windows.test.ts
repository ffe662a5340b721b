import { describe, expect, test } from 'vitest'
import { CorrectDriver } from '../correct-driver.ts'
import { assetOf, TopologyDriver } from '../topology-driver.ts'

const minute = 60_000
const lixia = '370102'
const shizhong = '370103'
const shinan = '370202'
const jinan = '370100'
const province = '370000'
const spec = { sizeMs: minute, latenessMs: 30_000 }

const rack = (id: string, county: string) =>
  assetOf({ asset_id: id, record: 'rack', kind: 'rack', county, period_s: 60 })
const driverOf = (partitions: number, assets = [rack('a', lixia), rack('b', lixia), rack('c', shizhong)]) =>
  new TopologyDriver({ record: 'rack', spec, partitions, assets })

describe('a window', () => {
  test('is provisional while open and final once every partition has passed its end and lateness', () => {
    const driver = driverOf(2)
    driver.append(0, 'a', { event_time: 10_000, county: lixia, it_power_w: 4_000, in_use: true })
    driver.append(1, 'c', { event_time: 20_000, county: shizhong, it_power_w: 2_000, in_use: false })
    driver.settle()
    expect(driver.kpi(lixia, 0, 'datacenter.it_load_kw')).toEqual({ value: 4, status: 'provisional' })
    expect(driver.kpi(jinan, 0, 'datacenter.it_load_kw')).toEqual({ value: 6, status: 'provisional' })

    driver.append(0, 'a', { event_time: 90_000, county: lixia, it_power_w: 4_000 })
    driver.settle()
    expect(driver.kpi(province, 0, 'datacenter.it_load_kw')?.status).toBe('provisional')

    driver.append(1, 'c', { event_time: 90_000, county: shizhong, it_power_w: 2_000 })
    driver.settle()
    expect(driver.kpi(province, 0, 'datacenter.it_load_kw')).toEqual({ value: 6, status: 'final' })
    expect(driver.kpi(jinan, 0, 'datacenter.racks_in_use_pct')).toEqual({ value: 50, status: 'final' })
    expect(driver.late).toEqual([])
  })

  test('never averages ratios: a city is the sum of its counties, then the division', () => {
    const driver = driverOf(1)
    for (const [id, county, inUse] of [
      ['a', lixia, true],
      ['b', lixia, true],
      ['c', shizhong, false],
    ] as const) {
      driver.append(0, id, { event_time: 1_000, county, in_use: inUse })
    }
    driver.settle()
    expect(driver.kpi(lixia, 0, 'datacenter.racks_in_use_pct')?.value).toBe(100)
    expect(driver.kpi(shizhong, 0, 'datacenter.racks_in_use_pct')?.value).toBe(0)
    expect(driver.kpi(jinan, 0, 'datacenter.racks_in_use_pct')?.value).toBeCloseTo(200 / 3, 12)
  })

  test('counts a reading once however often it comes', () => {
    const driver = driverOf(1)
    for (let i = 0; i < 5; i++) driver.append(0, 'a', { event_time: 5_000, county: lixia, it_power_w: 1_000 })
    driver.append(0, 'a', { event_time: 6_000, county: lixia, it_power_w: 3_000 })
    driver.append(0, 'a', { event_time: 6_000, county: lixia, it_power_w: 9_000 })
    driver.settle()
    const message = driver.held().get(`${lixia}|0`)
    expect(message).toMatchObject({ readings: 2, duplicates: 5, assets: 1 })
    // The rack's mean over its two readings, not their sum.
    expect(driver.kpi(lixia, 0, 'datacenter.it_load_kw')?.value).toBe(2)
  })

  test('says how complete it is', () => {
    const driver = driverOf(1)
    driver.append(0, 'a', { event_time: 1_000, county: lixia, it_power_w: 1 })
    driver.append(0, 'a', { event_time: 90_000, county: lixia, it_power_w: 1 })
    driver.settle()
    expect(driver.held().get(`${lixia}|0`)).toMatchObject({ coverage: 0.5, expected: 2 })
    expect(driver.held().get(`${shizhong}|0`)).toMatchObject({ coverage: 0, readings: 0, status: 'final' })
    expect(driver.kpi(shizhong, 0, 'datacenter.it_load_kw')?.value).toBeNull()
    expect(driver.kpi(jinan, 0, 'datacenter.coverage_pct')?.value).toBeCloseTo(100 / 3, 12)
    expect(driver.held().get(`${shinan}|0`)).toBeUndefined()
  })

  test('in which nobody reported is final too, with coverage 0', () => {
    const driver = driverOf(1)
    driver.append(0, 'a', { event_time: 1_000, county: lixia, it_power_w: 1 })
    driver.append(0, 'a', { event_time: 90_000, county: lixia, it_power_w: 1 })
    driver.settle()
    driver.idle(0, 6 * minute)
    driver.settle()
    expect(driver.held().get(`${province}|${3 * minute}`)).toMatchObject({
      status: 'final',
      coverage: 0,
      readings: 0,
    })
  })

  test('is none before the very first reading, however far the lateness reaches back', () => {
    const wide = new TopologyDriver({
      record: 'rack',
      spec: { sizeMs: minute, latenessMs: 5 * minute },
      partitions: 2,
      assets: [rack('a', lixia), rack('c', shizhong)],
    })
    const starts = () =>
      [...new Set([...wide.held().values()].map(({ window_start }) => window_start))].sort((l, r) => l - r)
    for (const event_time of [10 * minute, 14 * minute, 20 * minute]) {
      wide.append(0, 'a', { event_time, county: lixia, it_power_w: 1 })
      wide.settle()
      // What is closed by then is not said again after a restart.
      wide.crashAggregate()
      wide.crashRollup()
      wide.settle()
    }
    // Out of order, and before the first one of the other partition.
    wide.append(1, 'c', { event_time: 12 * minute, county: shizhong, it_power_w: 1 })
    wide.append(1, 'c', { event_time: 11 * minute, county: shizhong, it_power_w: 1 })
    for (const partition of [0, 1]) {
      wide.append(partition, 'ac'[partition]!, {
        event_time: 26 * minute,
        county: [lixia, shizhong][partition]!,
        it_power_w: 1,
      })
    }
    wide.settle()
    const first = 10
    expect(starts().filter(start => start < 21 * minute)).toEqual(
      Array.from({ length: 11 }, (_, i) => (first + i) * minute),
    )
    expect(wide.held().get(`${province}|${13 * minute}`)).toMatchObject({ status: 'final', coverage: 0 })
  })

  test('does not wait for a partition that never held a reading, but for one that is merely behind', () => {
    const driver = driverOf(3)
    driver.append(0, 'a', { event_time: 1_000, county: lixia, it_power_w: 1_000 })
    driver.append(0, 'a', { event_time: 200_000, county: lixia, it_power_w: 1_000 })
    driver.append(1, 'c', { event_time: 2_000, county: shizhong, it_power_w: 1_000 })
    driver.settle()
    for (const now of [100_000, 200_000, 300_000]) {
      driver.idle(2, now)
      driver.settle()
    }
    expect(driver.kpi(province, 0, 'datacenter.it_load_kw')?.status).toBe('provisional')
    driver.append(1, 'c', { event_time: 200_000, county: shizhong, it_power_w: 1_000 })
    driver.settle()
    for (const now of [400_000, 500_000]) {
      driver.idle(2, now)
      driver.settle()
    }
    expect(driver.kpi(province, 0, 'datacenter.it_load_kw')).toEqual({ value: 2, status: 'final' })
  })

  test('waits for a partition that held nothing before, when old readings come in all at once', () => {
    const driver = driverOf(2)
    for (const now of [1_000_000, 1_100_000, 1_200_000]) {
      for (const partition of [0, 1]) driver.idle(partition, now)
      driver.settle()
    }
    for (const event_time of [1_000, 200_000]) {
      driver.append(0, 'a', { event_time, county: lixia, it_power_w: 1_000 })
      driver.append(1, 'c', { event_time, county: shizhong, it_power_w: 1_000 })
    }
    // Decided on before its readings came, said after the other one has closed the window by its own.
    driver.idle(1, 1_300_000)
    driver.read(0)
    driver.flushAggregate(0)
    driver.flushAggregate(1)
    driver.flushRollup()
    expect(driver.kpi(province, 0, 'datacenter.it_load_kw')).toEqual({ value: 1, status: 'provisional' })
    driver.settle()
    expect(driver.kpi(province, 0, 'datacenter.it_load_kw')).toEqual({ value: 2, status: 'final' })
    expect(driver.late).toEqual([])
  })

  test('that is final sends what still comes to kpi.late', () => {
    const driver = driverOf(1)
    driver.append(0, 'a', { event_time: 1_000, county: lixia, it_power_w: 1_000 })
    driver.append(0, 'a', { event_time: 100_000, county: lixia, it_power_w: 1_000 })
    driver.append(0, 'b', { event_time: 2_000, county: lixia, it_power_w: 1_000 })
    driver.append(0, 'b', { event_time: 3_000, county: lixia, it_power_w: 1_000 })
    driver.settle()
    expect(driver.kpi(lixia, 0, 'datacenter.it_load_kw')).toEqual({ value: 1, status: 'final' })
    expect(driver.late).toEqual([
      expect.objectContaining({
        county: lixia,
        window_start: 0,
        from_offset: 2,
        through_offset: 4,
        readings: 2,
      }),
    ])
  })
})

describe('a car park that moves within a window', () => {
  const lot = (id: string, county: string) =>
    assetOf({ asset_id: id, record: 'parking', kind: 'lot', county, period_s: 60 })
  /** Four car parks of Jinan with 210 free spaces, of which the first one moves from Lixia to Shizhong. */
  function reported(): TopologyDriver {
    const assets = [lot('a', shizhong), lot('b', lixia), lot('c', lixia), lot('d', shizhong)]
    const driver = new TopologyDriver({ record: 'parking', spec, partitions: 1, assets })
    const report = (id: string, county: string, at: number, occupied: number) =>
      driver.append(0, id, { event_time: at, county, capacity: 100, occupied, exits: 6, status: 'open' })
    report('a', lixia, 1_000, 40)
    report('b', lixia, 2_000, 50)
    report('c', lixia, 3_000, 50)
    report('d', shizhong, 4_000, 40)
    driver.settle()
    report('a', shizhong, 31_000, 60)
    return driver
  }
  const seen = (driver: TopologyDriver, region: string) => {
    const { assets, readings } = driver.held().get(`${region}|0`)!
    const free = driver.kpi(region, 0, 'parking.free_spaces')?.value
    const turnover = driver.kpi(region, 0, 'parking.turnover_per_space_h')?.value
    return { assets, readings, free, turnover }
  }

  test('counts once in its city, and in the county that it reported from first', () => {
    const driver = reported()
    driver.settle()
    expect(seen(driver, jinan)).toMatchObject({ assets: 4, readings: 5, free: 210 })
    driver.idle(0, 3 * minute)
    driver.settle()
    // 50 of each of three, and 60; exits of one car park are over its own spaces, in one county.
    const hourly = (exits: number, spaces: number) => expect.closeTo((exits / spaces) * 60, 9)
    expect(seen(driver, jinan)).toEqual({ assets: 4, readings: 5, free: 210, turnover: hourly(30, 400) })
    expect(seen(driver, lixia)).toEqual({ assets: 3, readings: 3, free: 150, turnover: hourly(24, 300) })
    expect(seen(driver, shizhong)).toEqual({ assets: 1, readings: 2, free: 60, turnover: hourly(6, 100) })
    expect(driver.kpi(jinan, 0, 'parking.coverage_pct')).toEqual({ value: 100, status: 'final' })
  })

  test('changes the county of its first readings when it reports late from the other one', () => {
    const driver = reported()
    driver.settle()
    driver.idle(0, 3 * minute)
    driver.settle()
    driver.append(0, 'a', {
      ...{ event_time: 45_000, county: shizhong, capacity: 100, occupied: 80, exits: 0, status: 'open' },
    })
    driver.settle()
    expect(driver.late).toMatchObject([{ county: shizhong, readings: 1 }])
    const correct = new CorrectDriver(driver)
    correct.archive(0)
    correct.compute()
    correct.publish()
    expect(correct.settled).toBe(true)
    // Its mean is 60 now.
    expect(seen(driver, jinan)).toMatchObject({ assets: 4, readings: 6, free: 200 })
    expect(seen(driver, lixia)).toMatchObject({ assets: 3, readings: 3, free: 140 })
    expect(seen(driver, shizhong)).toMatchObject({ assets: 1, readings: 3, free: 60 })
  })
})

test('a count is a rate over what was seen of the window, so that provisional and final compare', () => {
  const driver = new TopologyDriver({ record: 'radio_alarm', spec, partitions: 1 })
  driver.append(0, 'site', { event_time: 3_000, county: lixia, alarm_id: 'x', state: 'raised' })
  driver.append(0, 'site', { event_time: 6_000, county: lixia, alarm_id: 'x', state: 'cleared' })
  driver.settle()
  // One alarm in six seconds.
  expect(driver.kpi(lixia, 0, 'radio.alarms_raised')).toEqual({ value: 600, status: 'provisional' })
  driver.idle(0, 5 * minute)
  driver.settle()
  expect(driver.kpi(lixia, 0, 'radio.alarms_raised')).toEqual({ value: 60, status: 'final' })
})

describe('a backlog', () => {
  test('is drained exactly, however unevenly its partitions progress', () => {
    const hours = 6
    const driver = driverOf(4, [])
    for (let t = 0; t < hours * 60; t++) {
      for (let p = 0; p < 4; p++) {
        driver.append(p, `r${p}`, {
          event_time: t * minute + 1_000 * p,
          county: lixia,
          it_power_w: 1_000 * (p + 1),
        })
      }
    }
    // One partition after the other: the first is six hours ahead of the last.
    for (let p = 0; p < 4; p++) {
      while (driver.outcomes.counted < (p + 1) * hours * 60) {
        driver.read(p, 50)
        driver.flushAggregate(p)
        driver.flushRollup()
      }
    }
    expect(driver.late).toEqual([])
    expect(driver.outcomes).toMatchObject({ counted: 4 * hours * 60, late: 0 })
    const finals = [...driver.held().values()].filter(
      ({ region, status }) => region === lixia && status === 'final',
    )
    expect(finals).toHaveLength(hours * 60 - 2)
    for (const { kpis, readings } of finals) {
      expect(readings).toBe(4)
      expect(kpis.find(({ kpi }) => kpi === 'datacenter.it_load_kw')?.value).toBe(10)
    }
  })
})

describe('a crash', () => {
  test('between publishing and committing counts nothing twice and loses nothing', () => {
    const driver = driverOf(1)
    driver.append(0, 'a', { event_time: 1_000, county: lixia, it_power_w: 1_000 })
    driver.append(0, 'b', { event_time: 50_000, county: lixia, it_power_w: 2_000 })
    driver.append(0, 'a', { event_time: 61_000, county: lixia, it_power_w: 1_000 })
    driver.read(0)
    driver.flushAggregate(0, false)
    driver.flushRollup(false)
    driver.crashAggregate()
    driver.crashRollup()
    driver.append(0, 'b', { event_time: 55_000, county: lixia, it_power_w: 4_000 })
    driver.append(0, 'a', { event_time: 200_000, county: lixia, it_power_w: 1_000 })
    driver.settle()
    expect(driver.held().get(`${lixia}|0`)).toMatchObject({ readings: 3, status: 'final' })
    expect(driver.kpi(lixia, 0, 'datacenter.it_load_kw')?.value).toBe(4)
  })

  test('after a commit does not send readings of closed windows to kpi.late again', () => {
    const driver = driverOf(1)
    driver.append(0, 'a', { event_time: 59_000, county: lixia, it_power_w: 1_000 })
    driver.append(0, 'a', { event_time: 119_000, county: lixia, it_power_w: 1_000 })
    driver.append(0, 'b', { event_time: 58_000, county: lixia, it_power_w: 1_000 })
    driver.settle()
    expect(driver.late).toHaveLength(1)
    driver.crashAggregate()
    driver.crashRollup()
    driver.settle()
    expect(driver.late).toHaveLength(1)
    expect(driver.kpi(lixia, 0, 'datacenter.it_load_kw')).toEqual({ value: 1, status: 'final' })
  })

  test('takes the first reading after its commit for late, as it would have been', () => {
    const driver = driverOf(1)
    driver.append(0, 'a', { event_time: 59_000, county: lixia, it_power_w: 1_000 })
    driver.append(0, 'a', { event_time: 119_000, county: lixia, it_power_w: 1_000 })
    driver.settle()
    driver.crashAggregate()
    driver.append(0, 'b', { event_time: 58_000, county: lixia, it_power_w: 1_000 })
    driver.settle()
    expect(driver.late).toMatchObject([{ county: lixia, window_start: 0, from_offset: 2, readings: 1 }])
  })
})
