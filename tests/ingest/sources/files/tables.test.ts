import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countyOfPlace, foreignAssetId } from '../../../../ingest/sources/files/foreign-mapping.ts'
import { formatOf } from '../../../../ingest/sources/files/formats/formats.ts'
import { emptyPlan, type Plan } from '../../../../ingest/sources/files/plan.ts'
import { replayOptions } from '../../../../ingest/sources/files/replay-options.ts'
import { type Selection, schedule, shifted } from '../../../../ingest/sources/files/schedule-readings.ts'
import { sourceFile } from '../../../../ingest/sources/files/source-file.ts'
import { counties } from '../../../../schemas/regions/regions.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citybrain-files-'))
})
afterAll(() => rm(folder, { recursive: true }))

const write = (name: string, ...lines: string[]) => writeFile(join(folder, name), `${lines.join('\n')}\n`)

async function read(name: string): Promise<Plan> {
  const file = await sourceFile(join(folder, name))
  const format = formatOf(file)
  const plan = emptyPlan(format.dataset(file))
  await format.read(file, plan, { seed: 1, pdcpKbitVendors: [] })
  return plan
}

describe('parking changes', () => {
  it('takes free spaces from the capacity, and leaves what is impossible for ingest to refuse', async () => {
    await write('de_meta-data.csv', 'place_id,place_name,city_name,num_all', 'a,"Lot ""A""",X,100', 'b,B,X,')
    await write(
      'changes.csv',
      'timestamp,place_id,free',
      '2026-07-22T00:00:01+00:00,a,30',
      '2026-07-22T00:05:01+00:00,a,130',
      '2026-07-22T00:10:01+00:00,a,-2',
      '2026-07-22T00:10:01+00:00,b,4',
      '2026-07-22T00:15:01+00:00,a,',
      '2026-07-22T00:15:01,a,5',
      'broken',
    )
    const plan = await read('changes.csv')
    expect(plan.readings.map(({ values }) => values.occupied)).toEqual([70, -30, 102])
    expect([...plan.assets.values()]).toMatchObject([
      { asset_id: 'replay-de-parking-a', name: 'Lot "A"', capacity: 100, source_id: 'a' },
    ])
    expect(plan.skipped.list()).toEqual([
      { reason: 'no_capacity', count: 1, places: ['b'] },
      { reason: 'malformed_row', count: 2, places: ['changes.csv:6', 'changes.csv:8'] },
      { reason: 'event_time_invalid', count: 1, places: ['changes.csv:7'] },
    ])
  })
})

describe('data centres', () => {
  it('reads the power of GPU servers, and nothing into their temperature', async () => {
    await write('gpu.csv', 'name,timestamp,powerave,powermin,tempave', 's1,2022-08-01 15:00:00,29.5,26,32.4')
    expect((await read('gpu.csv')).readings).toEqual([
      {
        record: 'rack',
        assetId: 'replay-cornell-gpu-s1',
        eventTimeMs: Date.UTC(2022, 7, 1, 15),
        values: { it_power_w: 29.5 },
      },
    ])
  })

  it('adds up the heat of a minute, and skips negative flows', async () => {
    const header = 'time,air_heat_kw,air_supply_c,air_return_c,liquid_heat_kw'
    await write(
      'heat.csv',
      header,
      '2016-09-01T00:00:00-07:00,60,1,2,540',
      '2016-09-01T00:01:00-07:00,-1,1,2,540',
    )
    const plan = await read('heat.csv')
    expect(plan.readings.map(({ values }) => values)).toEqual([{ period_s: 60, cooling_energy_kwh: 10 }])
    expect(plan.skipped.list()).toEqual([{ reason: 'negative_heat', count: 1, places: ['heat.csv:3'] }])
  })
})

describe('cells and lines', () => {
  it('derives resource blocks from the bandwidth', async () => {
    await write('BSinfo.csv', 'BS,CellName,RUType,Mode,Frequency,Bandwidth', 'B_0,Cell0,T,M,1,20')
    await write(
      'load.csv',
      'Time,BS,CellName,load,ESMode1',
      '2023-01-01 01:00:00,B_0,Cell0,0.25,0',
      '2023-01-01 01:00:00,B_9,Cell0,0.25,0',
    )
    const plan = await read('load.csv')
    expect(plan.readings[0]).toMatchObject({
      assetId: 'replay-itu-cell-load-B_0-Cell0',
      eventTimeMs: Date.UTC(2022, 11, 31, 17),
      values: { period_s: 3600, prb_avail_dl: 100, prb_used_dl: 25 },
    })
    expect(plan.skipped.list()).toEqual([{ reason: 'no_bandwidth', count: 1, places: ['B_9-Cell0'] }])
  })

  it('registers lines, and makes up no inspection', async () => {
    await write(
      'lines.csv',
      'name,bus0,bus1,type,s_nom,length,voltage,osm_name',
      '1,1,2,Al,4,43.379,220000.0,Leitung 2016',
    )
    const plan = await read('lines.csv')
    expect(plan.readings).toEqual([])
    expect([...plan.assets.values()]).toMatchObject([{ kind: 'line', length_km: 43.379, voltage_kv: 220 }])
  })
})

describe('our own records', () => {
  it('takes the record type from the line or from the name of the file', async () => {
    await write(
      'rack-july.ndjson',
      '{"asset_id":"r","record":"rack","kind":"rack","county":"370102"}',
      '{"asset_id":"r","event_time":"2026-07-01T00:00:00Z","it_power_w":5}',
      '',
      '{"asset_id":"d","record":"grid_defect","event_time":1000,"found_at":"1970-01-01T00:00:00Z"}',
      '{"asset_id":',
      '[1]',
      '{"asset_id":"r","event_time":"yesterday"}',
    )
    const plan = await read('rack-july.ndjson')
    expect(plan.dataset).toBe('rack-july')
    expect([...plan.assets.keys()]).toEqual(['r'])
    expect(plan.readings.map(({ record }) => record)).toEqual(['rack', 'grid_defect'])
    expect(plan.skipped.list()).toEqual([
      { reason: 'malformed_json', count: 1, places: ['rack-july.ndjson:5'] },
      { reason: 'not_a_reading', count: 1, places: ['rack-july.ndjson:6'] },
      { reason: 'event_time_invalid', count: 1, places: ['rack-july.ndjson:7'] },
    ])
    const all = schedule(plan, { ...everything, shiftToMs: Date.UTC(2026, 6, 2) })
    expect(all.readings.map(reading => shifted(all, reading))).toEqual([
      { asset_id: 'd', event_time: 86_401_000, source: 'replay:rack-july', found_at: 86_400_000 },
      { asset_id: 'r', event_time: Date.UTC(2026, 6, 2), source: 'replay:rack-july', it_power_w: 5 },
    ])
  })
})

const everything: Selection = { fromMs: -Infinity, untilMs: Infinity, limit: Infinity, shiftToMs: null }

describe('schedule', () => {
  const plan = () => {
    const result = emptyPlan('d')
    for (const eventTimeMs of [30, 10, 20, 40]) {
      result.readings.push({ record: 'rack', assetId: 'a', eventTimeMs, values: {} })
    }
    return result
  }
  const times = (selection: Partial<Selection>) => {
    const chosen = schedule(plan(), { ...everything, ...selection })
    return chosen.readings.map(({ eventTimeMs }) => eventTimeMs + chosen.shiftMs)
  }

  it('orders, selects by the own times, and shifts by one constant', () => {
    expect(times({})).toEqual([10, 20, 30, 40])
    expect(times({ fromMs: 20, untilMs: 40 })).toEqual([20, 30])
    expect(times({ limit: 2 })).toEqual([10, 20])
    expect(times({ untilMs: 40, shiftToMs: 130 })).toEqual([110, 120, 130])
  })

  it('counts what was left out', () => {
    expect(schedule(plan(), { ...everything, limit: 3 }).plan.skipped.count('out_of_range')).toBe(1)
  })
})

describe('mapping onto counties', () => {
  it('always gives the same county for the same seed, and another seed another province', () => {
    const places = Array.from({ length: 50 }, (_, i) => `place ${i}`)
    const of = (seed: number) => places.map(place => countyOfPlace(seed, 'd', place))
    expect(of(1)).toEqual(of(1))
    expect(of(1)).not.toEqual(of(2))
    // Pinned: assets that moved between versions would split their history.
    expect(of(1).slice(0, 4)).toMatchInlineSnapshot(`
      [
        "370105",
        "370703",
        "370114",
        "370321",
      ]
    `)
  })

  it('follows the number of townships', () => {
    const n = 40_000
    const counts = new Map<string, number>()
    for (let i = 0; i < n; i++) {
      const code = countyOfPlace(1, 'd', String(i))
      counts.set(code, (counts.get(code) ?? 0) + 1)
    }
    const total = counties.reduce((sum, { townships }) => sum + townships, 0)
    for (const { code, townships } of counties) {
      const expected = (n * townships) / total
      expect(Math.abs((counts.get(code) ?? 0) - expected)).toBeLessThan(6 * Math.sqrt(expected))
    }
  })

  it('makes ids that assets may have, different for different sources', () => {
    expect(foreignAssetId('d', 'B_0-Cell0')).toBe('replay-d-B_0-Cell0')
    expect(foreignAssetId('d', 'a b')).toMatch(/^replay-d-a-b-[0-9a-f]{8}$/)
    expect(foreignAssetId('d', 'a b')).not.toBe(foreignAssetId('d', 'a?b'))
    expect(foreignAssetId('d', 'x'.repeat(300))).toHaveLength(128)
  })
})

describe('options', () => {
  it('reads them', () => {
    const args = ['f', '--shift-to', 'now', '--speed', '60', '--limit', '5', '--from', '2026-07-01T00:00:00Z']
    expect(replayOptions([...args, '--pdcp-kbit', 'A', '--pdcp-kbit', 'B'], 7)).toMatchObject({
      files: ['f'],
      shiftToMs: 7,
      speed: 60,
      limit: 5,
      fromMs: Date.UTC(2026, 6, 1),
      seed: 1,
      pdcpKbitVendors: ['A', 'B'],
      dryRun: false,
    })
  })

  it.each([
    [[]],
    [['f', '--speed', 'fast']],
    [['f', '--from', '2026']],
    [['f', '--what']],
    [['f', '--seed', '1.5']],
  ])('refuses %j', args =>
    expect(() => replayOptions(args, 0)).toThrowError(expect.objectContaining({ code: 'usage' })),
  )

  it('declines what it cannot make honest readings of, and what it does not know', async () => {
    await write('ec.csv', 'Time,BS,Energy', '2023-01-01 01:00:00,B_0,64.2')
    await write('other.csv', 'a,b')
    await expect(read('ec.csv')).rejects.toMatchObject({ code: 'file_declined' })
    await expect(read('other.csv')).rejects.toMatchObject({ code: 'file_unknown' })
    await expect(read('nothing.csv')).rejects.toMatchObject({ code: 'file_unreadable' })
  })
})
