import { describe, expect, it, test } from 'vitest'
import { UnreadableItem } from '../../../ingest/pipeline/unreadable-item.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import { type RejectionCode, rejections } from '../../../schemas/records/rejection.ts'
import { cellAsset, day, memoryIngest, noon, rackAsset } from '../memory-ingest.ts'

const at = '2026-07-01T11:59:00Z'
const rack = { asset_id: 'rack-1', event_time: at, it_power_w: 4200 }
const cell = { asset_id: 'cell-1', event_time: at, period_s: 900 }
const alarm = { asset_id: 'cell-1', event_time: at, alarm_id: 'a1', state: 'raised' }

const defect = {
  ...{ asset_id: 'line-1', event_time: at, defect_id: 'd1' },
  ...{ grade: 'general', state: 'open', found_at: at },
}
const inspected = { asset_id: 'line-1', event_time: at, method: 'manned', from_km: 0, to_km: 12 }
const parked = { asset_id: 'lot-1', event_time: at }
const metered = { asset_id: 'dc-1', event_time: at, period_s: 900 }

const examples: readonly [RejectionCode, RecordId, unknown, string][] = [
  ['malformed_json', 'rack', new UnreadableItem('malformed_json', 'bad token', '{oops'), 'bad token'],
  ['not_utf8', 'rack', new UnreadableItem('not_utf8', 'not UTF-8', '\xc3'), 'not UTF-8'],
  ['not_utf8', 'rack', { ...rack, source: '\ud800' }, 'source: has half of a character'],
  ['item_too_large', 'rack', new UnreadableItem('item_too_large', 'more than 9', '{"a'), 'more than 9'],
  ['not_an_object', 'rack', 17, 'expected an object, got 17'],
  ['not_an_object', 'rack', null, 'expected an object, got null'],
  ['not_an_object', 'rack', [rack], 'expected an object'],
  ['field_missing', 'rack', { ...rack, asset_id: undefined }, 'asset_id: is required'],
  ['field_missing', 'rack', { ...rack, event_time: null }, 'event_time: is required'],
  ['field_missing', 'radio_alarm', { ...alarm, alarm_id: null }, 'alarm_id: is required'],
  ['field_type', 'rack', { ...rack, asset_id: 5 }, 'asset_id: expected a text, got 5'],
  ['field_type', 'rack', { ...rack, it_power_w: '4200' }, 'it_power_w: expected a finite number, got "4200"'],
  ['field_type', 'rack', { ...rack, it_power_w: 'NaN' }, 'it_power_w: expected a finite number, got "NaN"'],
  [
    'field_type',
    'rack',
    { ...rack, it_power_w: Number.NaN },
    'it_power_w: expected a finite number, got NaN',
  ],
  [
    'field_type',
    'rack',
    { ...rack, it_power_w: Infinity },
    'it_power_w: expected a finite number, got Infinity',
  ],
  ['field_type', 'rack', { ...rack, in_use: 1 }, 'in_use: expected true or false, got 1'],
  ['field_type', 'radio_pm', { ...cell, period_s: 899.5 }, 'period_s: expected a whole number, got 899.5'],
  ['field_range', 'rack', { ...rack, it_power_w: -1 }, 'it_power_w: -1 is outside 0 to 500000'],
  ['field_range', 'rack', { ...rack, humidity_pct: 100.5 }, 'humidity_pct: 100.5 is outside 0 to 100'],
  [
    'field_range',
    'grid_defect',
    { ...defect, found_at: 1_782_000_000 },
    'found_at: 1782000000 would be 1970-01-21T15:00:00.000Z: epoch milliseconds are expected, not seconds',
  ],
  [
    'field_range',
    'grid_defect',
    { ...defect, state: 'closed', closed_at: 1_782_000_000 },
    'closed_at: 1782000000 would be 1970-01-21T15:00:00.000Z: epoch milliseconds are expected, not seconds',
  ],
  [
    'field_range',
    'grid_defect',
    { ...defect, state: 'closed', closed_at: noon + 366 * day },
    'closed_at: 2027-07-02T12:00:00.000Z is more than 60 s ahead',
  ],
  ['field_range', 'parking', { ...parked, capacity: 2_147_483_647 }, 'capacity: 2147483647 is outside'],
  ['field_range', 'radio_pm', { ...cell, rrc_estab_att: 4_294_967_295 }, 'rrc_estab_att: 4294967295 is'],
  ['field_range', 'radio_pm', { ...cell, unavailable_s: -1 }, 'unavailable_s: -1 is outside'],
  ['field_range', 'rack', { ...rack, inlet_temp_c: 85 }, 'inlet_temp_c: 85 is outside -20 to 80'],
  [
    'field_relation',
    'radio_pm',
    { ...cell, unavailable_s: 901 },
    'unavailable_s 901 is greater than period_s 900',
  ],
  [
    'field_relation',
    'facility',
    { ...metered, total_energy_kwh: 10, it_energy_kwh: 11 },
    'it_energy_kwh 11 is greater than total_energy_kwh 10',
  ],
  [
    'field_range',
    'grid_defect',
    { ...defect, found_at: noon + 366 * day },
    'found_at: 2027-07-02T12:00:00.000Z is more than 60 s ahead',
  ],
  ['field_length', 'radio_alarm', { ...alarm, alarm_id: '' }, 'alarm_id: is empty'],
  ['field_length', 'rack', { ...rack, source: 'x'.repeat(1025) }, 'source: has 1025 characters'],
  [
    'field_relation',
    'radio_pm',
    { ...cell, rrc_estab_att: 9, rrc_estab_succ: 10 },
    'rrc_estab_succ 10 is greater than rrc_estab_att 9',
  ],
  ['enum_value', 'radio_alarm', { ...alarm, state: 'RAISED' }, 'state: expected one of raised, cleared'],
  [
    'empty_reading',
    'rack',
    { asset_id: 'rack-1', event_time: at, it_powr_w: 5 },
    'none of the fields of rack',
  ],
  ['event_time_invalid', 'rack', { ...rack, event_time: '2026-07-01 11:59:00' }, 'event_time: expected'],
  ['event_time_invalid', 'rack', { ...rack, event_time: '2026-02-30T00:00:00Z' }, 'event_time: expected'],
  ['event_time_in_future', 'rack', { ...rack, event_time: noon + 60_001 }, 'more than 60 s ahead'],
  ['event_time_too_old', 'rack', { ...rack, event_time: noon - 400 * day - 1 }, 'older than 400 days'],
  ['event_time_too_old', 'rack', { ...rack, event_time: 1_782_000_000 }, 'expected, not seconds'],
  ['unknown_asset', 'rack', { ...rack, asset_id: 'nobody' }, '"nobody" is not registered'],
  [
    'implausible',
    'rack',
    { ...rack, asset_id: 'rated', it_power_w: 16_001 },
    'capacity 8 is registered of rated: 16000 at most',
  ],
  [
    'implausible',
    'grid_inspection',
    { ...inspected, to_km: 9_000 },
    'to_km: 9000 cannot be, length_km 12 is registered of line-1: 15 at most',
  ],
  ['implausible', 'parking', { ...parked, capacity: 99_999 }, 'capacity: 99999 cannot be'],
  [
    'implausible',
    'parking',
    { ...parked, occupied: 201 },
    'occupied: 201 cannot be, capacity 100 is registered of lot-1: 200 at most',
  ],
  // The register of a meter, for the energy of a quarter of an hour: 2 x 1000 kW x 0.25 h.
  [
    'implausible',
    'facility',
    { ...metered, total_energy_kwh: 7_391_244 },
    'total_energy_kwh: 7391244 cannot be, capacity 1000 is registered of dc-1: 500 at most',
  ],
  // The same without a period: no period is longer than a day.
  [
    'implausible',
    'facility',
    { ...metered, period_s: null, total_energy_kwh: 7_391_244 },
    'total_energy_kwh: 7391244 cannot be, capacity 1000 is registered of dc-1: 48000 at most',
  ],
  ['wrong_kind', 'rack', { ...rack, asset_id: 'cell-1' }, 'cell-1 is a cell; rack comes from a rack'],
  ['asset_not_commissioned', 'rack', { ...rack, asset_id: 'new' }, 'before it was commissioned'],
  ['asset_retired', 'rack', { ...rack, asset_id: 'old' }, 'after it was retired'],
]

const assets = [
  rackAsset,
  cellAsset,
  { ...rackAsset, asset_id: 'rated', capacity: 8 },
  { asset_id: 'line-1', record: 'grid_inspection', kind: 'line', county: '370102', length_km: 12 },
  { asset_id: 'lot-1', record: 'parking', kind: 'lot', county: '370102', capacity: 100 },
  { asset_id: 'dc-1', record: 'facility', kind: 'facility', county: '370102', capacity: 1_000 },
  { ...rackAsset, asset_id: 'new', commissioned_at: noon },
  { ...rackAsset, asset_id: 'old', retired_at: '2026-07-01T11:59:00Z' },
]

test('what is registered bounds readings, and they may reach that', async () => {
  const { intake } = memoryIngest()
  await intake.assets(assets)
  const atBounds = [
    ['rack', { ...rack, asset_id: 'rated', it_power_w: 16_000 }],
    ['grid_inspection', { ...inspected, to_km: 15 }],
    ['parking', { ...parked, capacity: 200, occupied: 200 }],
    ['facility', { ...metered, total_energy_kwh: 500 }],
    ['facility', { ...metered, period_s: null, total_energy_kwh: 48_000 }],
    // Nothing is known of its rating.
    ['rack', { ...rack, it_power_w: 400_000 }],
    ['grid_defect', { ...defect, found_at: noon + 60_000 }],
  ] as const
  for (const [record, item] of atBounds)
    expect(await intake.readings(record, [item])).toMatchObject({ accepted: 1 })
})

test.each(['commissioned_at', 'retired_at'])('%s of an asset in epoch seconds is refused', async field => {
  const { intake } = memoryIngest()
  const receipt = await intake.assets([
    { ...rackAsset, [field]: 1_782_000_000 },
    { ...rackAsset, [field]: '1965-03-01T00:00:00Z' },
  ])
  expect(receipt).toMatchObject({ accepted: 1, rejected: [{ index: 0, code: 'field_range' }] })
  expect(receipt.rejected[0]!.message).toContain('epoch milliseconds are expected, not seconds')
})

describe('what is refused', () => {
  it.each(examples)('%s of %s', async (code, record, item, message) => {
    const { intake, sent } = memoryIngest()
    await intake.assets(assets)
    sent.length = 0
    const receipt = await intake.readings(record, [item], 'test')
    expect(receipt).toMatchObject({ accepted: 0, rejected: [{ index: 0, code }] })
    expect(receipt.rejected[0]!.message).toContain(message)
    expect(sent).toMatchObject([{ topic: 'telemetry.rejected', value: { record, code, received_at: noon } }])
  })

  it('has an example of every code that a reading can meet', () => {
    // An asset's record type; a county that left the list after its assets were registered; messages in the log.
    const elsewhere = [
      'unknown_record',
      'same_millisecond',
      'not_encodable',
      'unknown_county',
      'forbidden_asset',
      'forbidden_source',
      'undecodable',
      'archive_refused',
      'undecodable_batch',
      'offsets_lost',
    ]
    const shown = new Set<string>(examples.map(([code]) => code))
    expect(Object.keys(rejections).filter(code => !shown.has(code))).toEqual(elsewhere)
  })

  it('is a time beyond the limits, by one millisecond; the refusal says the limit and the clock', async () => {
    const { intake, clock } = memoryIngest()
    await intake.assets(assets)
    const first = noon - 400 * day
    const last = noon + 60_000
    const times = [first - 1, first, last, last + 1].map(event_time => ({ ...rack, event_time }))
    const receipt = await intake.readings('rack', times)
    expect(receipt).toEqual({
      accepted: 2,
      rejected: [
        {
          index: 0,
          code: 'event_time_too_old',
          message: 'event_time: 2025-05-27T11:59:59.999Z is older than 400 days at 2026-07-01T12:00:00.000Z',
        },
        {
          index: 3,
          code: 'event_time_in_future',
          message: 'event_time: 2026-07-01T12:01:00.001Z is more than 60 s ahead of 2026-07-01T12:00:00.000Z',
        },
      ],
    })
    // What was ahead of the clock is taken once the clock has come near, and what was old enough becomes too old.
    clock.advance(1)
    expect(await intake.readings('rack', [times[3]!])).toMatchObject({ accepted: 1 })
    expect(await intake.readings('rack', [times[1]!])).toMatchObject({ accepted: 0 })
  })

  it('is a second sample of one millisecond, unless it is the same one once more', async () => {
    const { intake, sent } = memoryIngest()
    await intake.assets(assets)
    sent.length = 0
    const at = (fraction: string, value = 1000) => ({
      ...rack,
      event_time: `2026-07-01T12:00:00.${fraction}Z`,
      it_power_w: value,
    })
    const finest = [at('1231', 1), at('1239', 2), at('123100', 3), at('124', 4), at('1240001', 5)]
    const receipt = await intake.readings('rack', finest)
    expect(receipt.accepted).toBe(3)
    expect(receipt.rejected).toEqual([
      {
        index: 1,
        code: 'same_millisecond',
        message:
          'event_time: "2026-07-01T12:00:00.1239Z": another sample of rack-1 is of the same millisecond; times are kept to the millisecond',
      },
      expect.objectContaining({ index: 4, code: 'same_millisecond' }),
    ])
    expect(sent.map(({ topic, value }) => [topic.split('.')[1], value.it_power_w ?? null])).toEqual([
      ['rack', 1],
      ['rejected', null],
      ['rack', 3],
      ['rack', 4],
      ['rejected', null],
    ])
    // Of other assets, and of events, which say what they are, all are taken.
    const alarm = { asset_id: 'cell-1', alarm_id: 'a', state: 'raised' }
    const events = ['1231', '1239'].map(fraction => ({
      ...alarm,
      event_time: `2026-07-01T12:00:00.${fraction}Z`,
    }))
    expect(await intake.readings('radio_alarm', events)).toMatchObject({ accepted: 2 })
  })

  it('names the position of each, and takes the others', async () => {
    const { intake, sent } = memoryIngest()
    await intake.assets(assets)
    const receipt = await intake.readings('rack', [rack, 3, { ...rack, event_time: noon }, {}])
    expect(receipt.accepted).toBe(2)
    expect(receipt.rejected.map(({ index, code }) => [index, code])).toEqual([
      [1, 'not_an_object'],
      [3, 'field_missing'],
    ])
    expect(sent.filter(({ topic }) => topic === 'telemetry.rack')).toHaveLength(2)
  })

  it('is kept no second time for a sender that has it, and still answered and counted', async () => {
    const { intake, sent, metrics } = memoryIngest()
    await intake.assets(assets)
    sent.length = 0
    const items = [{ ...rack, asset_id: 'nobody' }, rack]
    const receipt = await intake.readings('rack', items, undefined, 'none')
    expect(receipt).toMatchObject({ accepted: 1, rejected: [{ index: 0, code: 'unknown_asset' }] })
    // The rack is expected since its reading.
    expect(sent.map(({ topic }) => topic)).toEqual(['registry.assets', 'telemetry.rack'])
    expect(await metrics.registry.metrics()).toContain(
      'citybrain_ingest_readings_total{record="rack",outcome="unknown_asset"} 1',
    )
  })

  it('promises nothing when the broker does not acknowledge', async () => {
    const { intake, failWith, metrics } = memoryIngest()
    await intake.assets(assets)
    failWith(new Error('no broker'))
    await expect(intake.readings('rack', [rack])).rejects.toThrow('no broker')
    await expect(intake.assets([{ ...rackAsset, name: 'other' }])).rejects.toThrow('no broker')
    expect(await metrics.registry.metrics()).not.toContain('citybrain_ingest_readings_total{')
    failWith(undefined)
    expect(await intake.readings('rack', [rack])).toMatchObject({ accepted: 1 })
  })

  it('keeps what was sent, cut where it is huge', async () => {
    const { intake, sent } = memoryIngest()
    const item = { asset_id: 'nobody', event_time: at, it_power_w: 1, note: 'y'.repeat(70_000) }
    await intake.readings('rack', [{ asset_id: 'nobody', event_time: at, it_power_w: 1 }, item])
    const [small, large] = sent.map(({ value }) => value)
    expect(small).toMatchObject({ asset_id: 'nobody', event_time: Date.parse(at) })
    expect(JSON.parse(String(small!.payload))).toEqual({ asset_id: 'nobody', event_time: at, it_power_w: 1 })
    expect(String(large!.payload)).toBe(JSON.stringify(item).slice(0, 65_536))
    expect(large!.message).toContain('payload cut')
  })
})
