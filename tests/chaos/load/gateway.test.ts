import { describe, expect, it } from 'vitest'
import { recordPipeline } from '../../../ingest/pipeline/record-pipeline.ts'
import { Refusal } from '../../../ingest/pipeline/refusal.ts'
import { type RecordId, recordIds } from '../../../schemas/records/record.ts'
import { records } from '../../../schemas/records/records.ts'
import { withAncestors } from '../../../schemas/regions/regions.ts'
import { batchItems, Gateway } from './gateway.ts'
import { province } from './province.ts'
import { registered } from './registered.ts'
import type { Item, SlotKind } from './schedule.ts'

const start = Date.UTC(2026, 10, 22, 12, 0, 0)
const second = 1000
const end = start + 240 * second

function gatewaysOf(seed: number, readingsPerSecond = 200): readonly Gateway[] {
  const { streams, gateways } = province(seed, readingsPerSecond)
  return Array.from({ length: gateways }, (_, number) => {
    const own = streams.filter(({ gateway }) => gateway === number)
    return new Gateway(number, own, seed, start)
  })
}

/** Everything a gateway sends of a record until then, asked every `stepMs`. */
function sent(gateway: Gateway, record: RecordId, forMs: number, stepMs: number): readonly Item[] {
  const items: Item[] = []
  for (let at = stepMs; at <= forMs; at += stepMs) {
    for (;;) {
      const batch = gateway.take(record, start + at)
      if (batch.length === 0) break
      items.push(...batch)
    }
  }
  return items
}

const all = (seed: number, forMs: number, stepMs: number) =>
  gatewaysOf(seed).map(gateway => recordIds.map(record => sent(gateway, record, forMs, stepMs)))

describe('the load', () => {
  it('is the same for the same seed, however often the sender gets to send', () => {
    const often = all(5, 60 * second, second)
    expect(all(5, 60 * second, 30 * second)).toEqual(often)
    expect(all(6, 60 * second, 30 * second)).not.toEqual(often)
    expect(province(5, 200)).toEqual(province(5, 200))
  })

  it('sends as many readings a second as it was told', () => {
    for (const rate of [50, 400]) {
      const items = gatewaysOf(3, rate).flatMap(gateway =>
        recordIds.flatMap(record => sent(gateway, record, 100 * second, 100 * second)),
      )
      expect(Math.abs(items.length / 100 / rate - 1)).toBeLessThan(0.05)
    }
  })

  it('is of all record types, of twelve counties in six cities and all circles', () => {
    const { assets, streams } = province(9, 200)
    expect(new Set(streams.map(({ record }) => record))).toEqual(new Set(recordIds))
    expect(assets.length).toBeGreaterThan(300)
    const levels = [...new Set(assets.map(({ county }) => county))].map(withAncestors)
    expect(levels.map(([county]) => county)).toHaveLength(12)
    expect(new Set(levels.map(([, city]) => city)).size).toBe(6)
    expect(new Set(levels.map(([, , circle]) => circle)).size).toBe(3)
  })

  it('moves assets within their city and to other ones, each once and some soon, through the gateway they send by', () => {
    const { assets, streams, moves } = province(9, 200)
    expect(moves.length).toBeGreaterThan(30)
    expect(new Set(moves.map(({ asset }) => asset.asset_id)).size).toBe(moves.length)
    expect(moves.filter(({ afterMs }) => afterMs < 60_000).length).toBeGreaterThan(5)
    const counties = new Set(assets.map(({ county }) => county))
    const within = moves.map(({ asset, gateway, county }) => {
      expect(counties).toContain(county)
      expect(county).not.toBe(asset.county)
      const own = streams.filter(stream => stream.asset === asset)
      expect(new Set(own.map(stream => stream.gateway))).toEqual(new Set([gateway]))
      return withAncestors(county)[1] === withAncestors(asset.county)[1]
    })
    for (const inCity of [true, false])
      expect(within.filter(one => one === inCity).length).toBeGreaterThan(moves.length / 4)
  })

  it('is taken by the door but for what is broken or unknown, and doubted where it expects that, at any time', () => {
    const { assets } = province(5, 200)
    const byId = new Map(assets.map(asset => [asset.asset_id, registered(asset)]))
    const bounds = { maxFutureMs: 60_000, maxAgeMs: 400 * 86_400_000 }
    const seen = new Map<SlotKind, number>()
    const wrong: string[] = []
    const doubts = new Set<string>()
    for (const record of recordIds) {
      const pipeline = recordPipeline(records[record], byId, bounds)
      for (const gateway of gatewaysOf(5)) {
        for (const { kind, text, doubt } of sent(gateway, record, 240 * second, 240 * second)) {
          for (const judgedAt of [start, start + 3_600_000]) {
            const outcome = pipeline.run(parsed(text), null, judgedAt + 240 * second)
            if (outcome instanceof Refusal !== (kind === 'broken' || kind === 'unknown')) wrong.push(text)
            else if (!(outcome instanceof Refusal) && (outcome.suspect_reason ?? null) !== doubt)
              wrong.push(`${outcome.suspect_reason} instead of ${doubt}: ${text}`)
          }
          if (doubt !== null) doubts.add(`${record} ${doubt}`)
          seen.set(kind, (seen.get(kind) ?? 0) + 1)
        }
      }
    }
    expect(wrong).toEqual([])
    const reasons = recordIds.flatMap(id => records[id].doubts?.map(({ reason }) => `${id} ${reason}`) ?? [])
    expect([...doubts].sort()).toEqual([...new Set(reasons)].sort())
    expect([...seen.keys()].sort()).toEqual([
      'broken',
      'contradicted',
      'late',
      'repeated',
      'timely',
      'unknown',
    ])
    for (const count of seen.values()) expect(count).toBeGreaterThan(50)
  })

  it('repeats what it sent before, and contradicts only what it sent in an earlier batch', () => {
    let repeated = 0
    let contradicted = 0
    let mixed = 0
    for (const gateway of gatewaysOf(5)) {
      for (const record of recordIds) {
        const before = new Map<string, string>()
        for (let batch = gateway.take(record, end); batch.length > 0; batch = gateway.take(record, end)) {
          expect(batch.length).toBeLessThanOrEqual(batchItems)
          const inBatch = new Map<string, string>()
          for (const { kind, identity, text } of batch) {
            const held = inBatch.get(identity) ?? before.get(identity)
            if (kind === 'repeated' && held === text) repeated++
            if (kind === 'contradicted' && held !== undefined && held !== text) contradicted++
            if ((inBatch.get(identity) ?? text) !== text) mixed++
            inBatch.set(identity, text)
          }
          for (const [identity, text] of inBatch) before.set(identity, text)
        }
      }
    }
    expect(repeated).toBeGreaterThan(500)
    expect(contradicted).toBeGreaterThan(300)
    expect(mixed).toBe(0)
  })

  it('has assets of one kind that report 30 times as often as others', () => {
    for (const record of recordIds) {
      const periods = province(5, 200)
        .streams.filter(stream => stream.record === record)
        .map(({ periodMs }) => periodMs)
      expect(Math.max(...periods) / Math.min(...periods), record).toBeGreaterThan(25)
    }
  })

  it('has events of one asset and millisecond, and samples never', () => {
    for (const record of recordIds) {
      const moments = new Map<string, Set<string>>()
      for (const gateway of gatewaysOf(5)) {
        for (const { kind, assetId, eventTime, identity } of sent(
          gateway,
          record,
          end - start,
          end - start,
        )) {
          if (kind === 'broken' || kind === 'unknown') continue
          const moment = `${assetId}|${eventTime}`
          moments.set(moment, (moments.get(moment) ?? new Set()).add(identity))
        }
      }
      const several = [...moments.values()].filter(({ size }) => size > 1).length
      if (records[record].periodic) expect(several, record).toBe(0)
      else expect(several, record).toBeGreaterThan(20)
    }
  })

  it('is ahead by as much as the clock of its gateway', () => {
    const [gateway] = gatewaysOf(5)
    const [other] = gatewaysOf(5)
    gateway!.aheadMs = 3_600_000
    const ahead = gateway!.take('rack', start + 10 * second).map(({ eventTime }) => eventTime - 3_600_000)
    expect(ahead).toEqual(other!.take('rack', start + 10 * second).map(({ eventTime }) => eventTime))
  })

  it('cuts gateways off for 20 to 120 s', () => {
    const cuts = gatewaysOf(5).flatMap(gateway => cutsOf(gateway, 1800))
    expect(cuts.length).toBeGreaterThan(20)
    expect(Math.min(...cuts)).toBeGreaterThanOrEqual(19)
    expect(Math.max(...cuts)).toBeLessThanOrEqual(121)
  })
})

/** Lengths of the cuts in this many seconds, s. */
function cutsOf(gateway: Gateway, seconds: number): number[] {
  const cuts: number[] = []
  let length = 0
  for (let at = 0; at < seconds; at++) {
    if (gateway.cutOff(start + at * second)) length++
    else {
      if (length > 0) cuts.push(length)
      length = 0
    }
  }
  return cuts
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What is not JSON is not an object either.
    return text
  }
}
