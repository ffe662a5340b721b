import { describe, expect, it } from 'vitest'
import { reconciled } from '../../../ingest/assets/asset-history.ts'
import { assetOf } from '../../processors/topology-driver.ts'
import { memoryIngest, noon, rackAsset } from '../memory-ingest.ts'

const minute = 60_000
const reading = (event_time: number) => ({ asset_id: 'rack-1', event_time, it_power_w: 100 })

function ingest() {
  const memory = memoryIngest()
  const { sent } = memory
  const told = () =>
    sent.filter(({ topic }) => topic === 'registry.assets').map(({ value }) => value.expected_from)
  const topics = () => sent.map(({ topic }) => topic)
  const counties = () =>
    sent.filter(({ topic }) => topic === 'telemetry.rack').map(({ value }) => value.county)
  return { ...memory, told, topics, counties }
}

describe('an asset without commissioned_at is expected', () => {
  it('from its registration on, however often it is registered again', async () => {
    const { intake, clock, told } = ingest()
    await intake.assets([rackAsset])
    clock.advance(minute)
    await intake.assets([{ ...rackAsset, name: 'b' }])
    await intake.readings('rack', [reading(noon)])
    expect(told()).toEqual([noon, noon])
  })

  it('from its first reading on where that is earlier, which is known before the reading is', async () => {
    const { intake, told, topics } = ingest()
    await intake.assets([rackAsset])
    await intake.readings(
      'rack',
      [noon - 2, noon - 9, noon - 5].map(at => reading(at - minute)),
    )
    await intake.readings('rack', [reading(noon - minute - 7), reading(noon - minute - 8)])
    await intake.readings('rack', [reading(noon - minute - 10)])
    expect(told()).toEqual([noon, noon - minute - 9, noon - minute - 10])
    expect(topics().slice(0, 3)).toEqual(['registry.assets', 'registry.assets', 'telemetry.rack'])
  })

  it('not since readings that were refused', async () => {
    const { intake, told } = ingest()
    await intake.assets([rackAsset])
    await intake.readings('rack', [{ ...reading(noon - minute), it_power_w: -1 }])
    expect(told()).toEqual([noon])
  })

  it('not otherwise than people said: a date that they gave holds', async () => {
    const { intake, told } = ingest()
    await intake.assets([{ ...rackAsset, commissioned_at: noon - 10 * minute }])
    await intake.readings('rack', [reading(noon - minute)])
    expect(told()).toEqual([noon])
  })
})

it('an asset that is moved was where it was: readings of before belong there', async () => {
  const { intake, clock, sent, counties } = ingest()
  await intake.assets([rackAsset])
  clock.advance(10 * minute)
  await intake.assets([{ ...rackAsset, county: '370202' }])
  clock.advance(10 * minute)
  await intake.assets([{ ...rackAsset, county: '370203' }])
  expect(sent.at(-1)!.value.former).toEqual([
    { county: '370102', until: noon + 10 * minute },
    { county: '370202', until: noon + 20 * minute },
  ])
  await intake.readings(
    'rack',
    [5, 10, 19, 20].map(at => reading(noon + at * minute)),
  )
  expect(counties()).toEqual(['370102', '370202', '370202', '370203'])
})

it('of two who wrote an asset at once, what the sender said and the earlier time hold', () => {
  const base = assetOf({ asset_id: 'x', record: 'rack', kind: 'rack', county: '370102' })
  const registered = { ...base, name: 'new', expected_from: 900, updated_at: 1_000 }
  const earlier = { ...base, expected_from: 500, updated_at: 1_001 }
  expect(reconciled(registered, earlier, true)).toEqual({ ...registered, expected_from: 500 })
  expect(reconciled(earlier, registered, false)).toEqual({
    ...registered,
    expected_from: 500,
    updated_at: 1_001,
  })
})

it('of two who moved an asset to one place at once, the first says when', () => {
  const base = assetOf({ asset_id: 'x', record: 'rack', kind: 'rack', county: '370202' })
  const moved = (until: number) => ({ ...base, former: [{ county: '370102', until }], updated_at: until })
  expect(reconciled(moved(700), moved(600), true)).toEqual({ ...moved(600), updated_at: 700 })
  const elsewhere = { ...moved(600), county: '370203' }
  expect(reconciled(moved(700), elsewhere, true)).toEqual(moved(700))
})
