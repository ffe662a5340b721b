import { describe, expect, it, test } from 'vitest'
import type { RecordId } from '../../../schemas/records/record.ts'
import { recordIds } from '../../../schemas/records/record.ts'
import { records } from '../../../schemas/records/records.ts'
import { cellAsset, memoryIngest, noon, rackAsset } from '../memory-ingest.ts'

const registered = (asset_id: string, record: RecordId, kind: string, rest: object = {}) => ({
  ...{ asset_id, record, kind, county: '370102' },
  ...rest,
})
const assets = [
  rackAsset,
  cellAsset,
  { ...rackAsset, asset_id: 'rated', capacity: 8 },
  registered('dc', 'facility', 'facility'),
  registered('dc-rated', 'facility', 'facility', { capacity: 1_000, period_s: 900 }),
  registered('line', 'grid_inspection', 'line'),
  registered('line-12', 'grid_inspection', 'line', { length_km: 12 }),
  registered('lot', 'parking', 'lot'),
  registered('lot-100', 'parking', 'lot', { capacity: 100 }),
]

/** The reasons that ingest gives the readings, in their order; null where it has none. All of them are taken. */
async function reasonsOf(record: RecordId, readings: readonly object[]) {
  const { intake, sent } = memoryIngest()
  await intake.assets(assets)
  sent.length = 0
  const items = readings.map((reading, i) => ({ event_time: noon - 1_000 + i, ...reading }))
  expect(await intake.readings(record, items)).toEqual({ accepted: items.length, rejected: [] })
  for (const { value } of sent) if (typeof value.suspect_reason === 'string') expect(value.suspect).toBe(true)
  return sent.flatMap(({ topic, value }) => (topic === 'registry.assets' ? [] : [value.suspect_reason]))
}

const rack = { asset_id: 'rack-1' }
const rated = { asset_id: 'rated' }
const metered = { asset_id: 'dc-rated', period_s: 900 }
const flown = { asset_id: 'line-12', method: 'unmanned', from_km: 0 }
const parked = { asset_id: 'lot-100', status: 'open' }
const cell = { asset_id: 'cell-1', period_s: 900 }

/** Beside each value that is doubted the nearest one that is not. */
const cases: readonly [RecordId, object, string | null][] = [
  ['rack', { ...rack, it_power_w: 0, inlet_temp_c: 0 }, 'absent_sensor'],
  ['rack', { ...rack, inlet_temp_c: 0, in_use: false }, 'absent_sensor'],
  // Empty, cold and a very short supply of power: all of them can be.
  ['rack', { ...rack, it_power_w: 0, inlet_temp_c: 21 }, null],
  ['rack', { ...rack, it_power_w: 900, inlet_temp_c: 0 }, null],
  ['rack', { ...rack, it_power_w: 0 }, null],
  ['rack', { ...rack, it_power_w: 65_535 }, 'absent_value'],
  ['rack', { ...rack, it_power_w: 65_534 }, null],
  ['rack', { ...rack, it_power_w: 200_001 }, 'above_rated'],
  ['rack', { ...rack, it_power_w: 200_000 }, null],
  ['rack', { ...rated, it_power_w: 10_001 }, 'above_rated'],
  ['rack', { ...rated, it_power_w: 16_000 }, 'above_rated'],
  ['rack', { ...rated, it_power_w: 10_000 }, null],

  ['facility', { ...metered, total_energy_kwh: 0, it_energy_kwh: 0 }, 'absent_meter'],
  ['facility', { ...metered, total_energy_kwh: 0 }, 'absent_meter'],
  ['facility', { ...metered, it_energy_kwh: 0 }, null],
  ['facility', { ...metered, total_energy_kwh: 313, it_energy_kwh: 200 }, 'above_rated'],
  ['facility', { ...metered, total_energy_kwh: 312.5, it_energy_kwh: 200 }, null],
  ['facility', { ...metered, it_energy_kwh: 313 }, 'above_rated'],
  ['facility', { ...metered, cooling_energy_kwh: 313 }, 'above_rated'],
  // Without its period a reading is of the period that is registered, or of a day.
  ['facility', { asset_id: 'dc-rated', total_energy_kwh: 313, it_energy_kwh: 200 }, 'above_rated'],
  [
    'facility',
    { asset_id: 'dc', period_s: 900, total_energy_kwh: 50_001, it_energy_kwh: 30_000 },
    'above_rated',
  ],
  ['facility', { asset_id: 'dc', period_s: 900, total_energy_kwh: 50_000, it_energy_kwh: 30_000 }, null],
  ['facility', { asset_id: 'dc', total_energy_kwh: 4_800_001, it_energy_kwh: 3_000_000 }, 'above_rated'],
  ['facility', { asset_id: 'dc', total_energy_kwh: 4_800_000, it_energy_kwh: 3_000_000 }, null],
  ['facility', { asset_id: 'dc', total_energy_kwh: 65_535, it_energy_kwh: 50_000 }, 'absent_value'],
  ['facility', { ...metered, total_energy_kwh: 100.1, it_energy_kwh: 20 }, 'pue_implausible'],
  ['facility', { ...metered, total_energy_kwh: 100, it_energy_kwh: 20 }, null],
  ['facility', { ...metered, total_energy_kwh: 100, it_energy_kwh: 0 }, 'pue_implausible'],
  ['facility', { ...metered, total_energy_kwh: 100, it_energy_kwh: 100 }, 'pue_implausible'],
  ['facility', { ...metered, total_energy_kwh: 101, it_energy_kwh: 100 }, null],
  ['facility', { ...metered, total_energy_kwh: 100 }, null],

  ['grid_inspection', { ...flown, to_km: 13.3 }, 'beyond_line'],
  ['grid_inspection', { ...flown, to_km: 15 }, 'beyond_line'],
  ['grid_inspection', { ...flown, to_km: 13.2 }, null],
  ['grid_inspection', { ...flown, asset_id: 'line', to_km: 9_000 }, 'beyond_line'],
  ['grid_inspection', { ...flown, asset_id: 'line', to_km: 1_000 }, null],

  ['parking', { ...parked, capacity: 0, occupied: 0 }, 'no_spaces'],
  ['parking', { asset_id: 'lot-100', capacity: 0, occupied: 0 }, 'no_spaces'],
  ['parking', { ...parked, status: 'unknown', capacity: 0 }, 'no_spaces'],
  ['parking', { ...parked, status: 'closed', capacity: 0, occupied: 0, exits: 9 }, null],
  ['parking', { ...parked, capacity: 151, occupied: 40 }, 'capacity_unlike_registered'],
  ['parking', { ...parked, capacity: 200, occupied: 40 }, 'capacity_unlike_registered'],
  ['parking', { ...parked, capacity: 150, occupied: 40 }, null],
  ['parking', { ...parked, capacity: 9, occupied: 4 }, 'capacity_unlike_registered'],
  ['parking', { ...parked, capacity: 10, occupied: 4 }, null],
  ['parking', { ...parked, asset_id: 'lot', capacity: 20_001 }, 'capacity_unlike_registered'],
  ['parking', { ...parked, asset_id: 'lot', capacity: 20_000 }, null],
  ['parking', { ...parked, asset_id: 'lot', capacity: 65_535 }, 'absent_value'],
  ['parking', { ...parked, entries: 65_535 }, 'absent_value'],
  ['parking', { ...parked, capacity: 100, exits: 2_401 }, 'flow_beyond_spaces'],
  ['parking', { ...parked, capacity: 100, entries: 2_401 }, 'flow_beyond_spaces'],
  ['parking', { ...parked, capacity: 100, exits: 2_400, entries: 2_400 }, null],
  ['parking', { ...parked, exits: 2_401 }, null],

  ['radio_pm', { ...cell, rrc_estab_att: 65_535 }, 'absent_value'],
  ['radio_pm', { ...cell, drb_session_s: 4_294_967_295 }, 'absent_value'],
  ['radio_pm', { ...cell, prb_avail_dl: 2_147_483_647 }, 'absent_value'],
  ['radio_pm', { ...cell, period_s: 65_535 }, null],
  ['radio_pm', { ...cell, energy_kwh: 10.001 }, 'above_rated'],
  ['radio_pm', { ...cell, energy_kwh: 10 }, null],
  ['radio_pm', { asset_id: 'cell-1', energy_kwh: 10.001 }, 'above_rated'],
  // 1e9 in a day are 10,416,667 in a quarter of an hour.
  ['radio_pm', { ...cell, rrc_estab_att: 10_416_667 }, 'beyond_period'],
  ['radio_pm', { ...cell, rrc_estab_att: 10_416_666 }, null],
  ['radio_pm', { ...cell, period_s: 86_400, rrc_estab_att: 1e9, prb_avail_dl: 1e12 }, null],
  ['radio_pm', { ...cell, period_s: 86_400, drb_session_s: 1e10, pdcp_volume_dl_mbit: 1e10 }, null],
]

describe('a reading that can be and is doubtful is taken and marked, and says why', () => {
  it.each(recordIds)('%s', async record => {
    const own = cases.filter(([id]) => id === record)
    if (own.length === 0) return
    const reasons = await reasonsOf(
      record,
      own.map(([, reading]) => reading),
    )
    expect(own.map(([, reading], i) => [reading, reasons[i]])).toEqual(
      own.map(([, reading, reason]) => [reading, reason]),
    )
  })

  it('has a case of every reason', () => {
    for (const record of recordIds) {
      const reasons = new Set(records[record].doubts?.map(({ reason }) => reason))
      const shown = new Set(cases.filter(([id, , reason]) => id === record && reason).map(([, , why]) => why))
      expect(shown, record).toEqual(reasons)
    }
  })
})

test('what a device marks itself is its word: ingest adds no reason, and why is not for senders to say', async () => {
  const marked = { suspect: true, suspect_reason: 'because' }
  expect(await reasonsOf('rack', [{ ...rack, it_power_w: 900, ...marked }])).toEqual([null])
  expect(await reasonsOf('radio_pm', [{ ...cell, rrc_estab_att: 65_535, ...marked }])).toEqual([null])
})

test('doubted readings are counted', async () => {
  const { intake, metrics } = memoryIngest()
  await intake.assets(assets)
  await intake.readings('parking', [
    { ...parked, event_time: noon, capacity: 0 },
    { ...parked, event_time: noon - 1, capacity: 100 },
    { ...parked, event_time: noon - 2, capacity: 201 },
  ])
  expect(await metrics.registry.metrics()).toContain(
    'citybrain_ingest_doubted_readings_total{record="parking"} 1',
  )
})

test.each(recordIds)('%s has the fields that its doubts need', id => {
  const { doubts, suspectField, fields } = records[id]
  if (!doubts) return
  const names = fields.map(({ name }) => name)
  expect(suspectField).toBe('suspect')
  const asked = doubts.flatMap(({ when }) =>
    when.flatMap(condition => {
      const amount =
        'above' in condition ? condition.above : 'below' in condition ? condition.below : undefined
      return [condition.field, amount?.field, amount?.period].filter(name => name !== undefined)
    }),
  )
  expect(names).toEqual(expect.arrayContaining(['suspect', 'suspect_reason', ...asked]))
})
