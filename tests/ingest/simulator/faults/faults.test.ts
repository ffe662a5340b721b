import { beforeAll, expect, test } from 'vitest'
import { recordPipeline } from '../../../../ingest/pipeline/record-pipeline.ts'
import { Refusal } from '../../../../ingest/pipeline/refusal.ts'
import { type AssetItem, deviceAssets, lineAssets } from '../../../../ingest/simulator/assets.ts'
import type { Disturbance, Emission } from '../../../../ingest/simulator/faults/faults.ts'
import { linesOf } from '../../../../ingest/simulator/feeds/lines.ts'
import { provinceOf } from '../../../../ingest/simulator/province.ts'
import { devicesOf, TelemetryStream } from '../../../../ingest/simulator/telemetry-stream.ts'
import type { Asset } from '../../../../platform/assets/asset.ts'
import { type RecordId, recordIds } from '../../../../schemas/records/record.ts'
import { records } from '../../../../schemas/records/records.ts'
import { identityOf } from '../../../identity.ts'

const start = Date.parse('2026-11-23T02:00:00Z')
const minutes = 25
const province = provinceOf(3, 0.3)
const lines = linesOf(province)
const emissions: Emission[] = []
const of = (kind: Disturbance, record?: RecordId) =>
  emissions.filter(emission => emission.kind === kind && (!record || emission.record === record))

beforeAll(() => {
  const stream = new TelemetryStream(devicesOf(province, lines), start)
  while (stream.through < start + minutes * 60_000) emissions.push(...stream.next())
})

test('the door takes what is sound without a doubt, and refuses what is broken or unregistered', () => {
  const assets = new Map<string, Asset>()
  const register = (item: AssetItem) => assets.set(item.asset_id, { ...item, former: [] } as unknown as Asset)
  for (const item of lineAssets(lines)) register(item)
  for (const item of deviceAssets(province)) register(item)
  const bounds = { maxFutureMs: 0, maxAgeMs: 86_400_000 }
  const pipelines = new Map(recordIds.map(id => [id, recordPipeline(records[id], assets, bounds)]))

  let unknown = 0
  const answers = new Map<string, number>()
  for (const { record, kind, item, at } of emissions) {
    // A duplicate of a broken reading is refused like the reading itself.
    if (kind === 'duplicate') continue
    const pipeline = pipelines.get(record)!
    const outcome = pipeline.run(item, 'simulator', at)
    const taken = (reason: unknown) => (typeof reason === 'string' ? `doubted: ${reason}` : 'accepted')
    const answer = outcome instanceof Refusal ? outcome.code : taken(outcome.suspect_reason)
    answers.set(`${kind} ${answer}`, (answers.get(`${kind} ${answer}`) ?? 0) + 1)
    unknown += pipeline.unknownFields(item).length
  }
  expect(unknown).toBe(0)
  const seen = [...answers.keys()].sort()
  expect(seen).toEqual([
    'broken field_range',
    'broken field_relation',
    'incomplete accepted',
    'late accepted',
    'normal accepted',
    'out_of_order accepted',
    'suspect accepted',
    'suspect doubted: absent_sensor',
    'unregistered unknown_asset',
  ])
})

test('disturbances come at the documented rates', () => {
  const share = (kind: Disturbance, record?: RecordId) =>
    of(kind, record).length / emissions.filter(emission => !record || emission.record === record).length
  expect(share('duplicate')).toBeCloseTo(0.005, 3)
  expect(share('out_of_order')).toBeCloseTo(0.015, 2)
  expect(share('incomplete')).toBeCloseTo(0.002, 3)
  expect(share('suspect', 'radio_pm')).toBeCloseTo(0.003, 3)
  expect(share('broken', 'rack')).toBeCloseTo(0.0018, 3)
  expect(share('broken', 'parking')).toBeGreaterThan(0.01)
  expect(share('broken', 'parking')).toBeLessThan(0.07)
  expect(share('late')).toBeGreaterThan(0.0002)
  expect(share('late')).toBeLessThan(0.004)
  expect(share('unregistered')).toBeGreaterThan(0.00003)
  expect(share('unregistered')).toBeLessThan(0.0003)
})

const identity = ({ record, item }: Emission) =>
  `${record} ${identityOf(record, item.asset_id, item.event_time, item)}`

test('a duplicate is the same bytes as a reading sent before', () => {
  const first = new Map<string, { text: string; order: number }>()
  emissions.forEach((emission, order) => {
    if (emission.kind !== 'duplicate')
      first.set(identity(emission), { text: JSON.stringify(emission.item), order })
  })
  expect(of('duplicate').length).toBeGreaterThan(500)
  emissions.forEach((emission, order) => {
    if (emission.kind !== 'duplicate') return
    const original = first.get(identity(emission))
    expect(original?.text).toBe(JSON.stringify(emission.item))
    expect(original!.order).toBeLessThan(order)
  })
})

test('but for duplicates, no identity comes twice', () => {
  const sent = emissions.filter(({ kind }) => kind !== 'duplicate')
  const identities = new Set(sent.map(identity))
  expect(identities.size).toBe(sent.length)
})

test('delays have a long tail, mostly within 5 s; gateways hold readings for up to 6 minutes', () => {
  const delay = ({ at, item }: Emission) => at - item.event_time
  const short = of('out_of_order', 'rack').map(delay)
  const within = short.filter(ms => ms < 5000).length / short.length
  expect(within).toBeGreaterThan(0.9)
  expect(within).toBeLessThan(1)
  const longest = of('late').reduce((most, emission) => Math.max(most, delay(emission)), 0)
  expect(longest).toBeGreaterThan(60_000)
  // An outage may stand in the way when the gateway lets go.
  expect(longest).toBeLessThan(16 * 60_000 + 5_000)
})

test('one to two per cent of the devices are silent at a time', () => {
  // Racks sent nothing within a window of one minute, counted a quarter of an hour in; held back ones have arrived.
  const from = start + 15 * 60_000
  const heard = new Set(
    emissions
      .filter(
        ({ record, item }) => record === 'rack' && item.event_time >= from && item.event_time < from + 60_000,
      )
      .map(({ item }) => item.asset_id),
  )
  const silent = 1 - heard.size / province.racks.size
  expect(silent).toBeGreaterThan(0.005)
  expect(silent).toBeLessThan(0.03)
})
