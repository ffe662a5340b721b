import { expect, it } from 'vitest'
import { recordPipeline } from '../../../ingest/pipeline/record-pipeline.ts'
import { Refusal } from '../../../ingest/pipeline/refusal.ts'
import { recordIds } from '../../../schemas/records/record.ts'
import { records } from '../../../schemas/records/records.ts'
import { beyondOf, edgesOf } from './edges.ts'
import { type LoadAsset, province } from './province.ts'
import { registered } from './registered.ts'
import { valuesOf } from './values.ts'

const now = Date.UTC(2026, 10, 22, 12)
const { assets, streams } = province(5, 200)
const byId = new Map(assets.map(asset => [asset.asset_id, registered(asset)]))
const bounds = { maxFutureMs: 60_000, maxAgeMs: 400 * 86_400_000 }

it.each(recordIds)('every value at an edge of %s is taken and doubted as expected, or refused', record => {
  const pipeline = recordPipeline(records[record], byId, bounds)
  const kept = new Map<string, LoadAsset>(
    streams.filter(stream => stream.record === record).map(({ asset }) => [asset.asset_id, asset]),
  )
  let time = now - 86_400_000
  const outcomeOf = (asset: LoadAsset, values: object) => {
    // A reading with no gaps around the edge.
    const base = valuesOf(record, asset, 1, 1, 0, time).values
    const reading = { ...base, ...values, asset_id: asset.asset_id, event_time: time++ }
    return pipeline.run(reading, null, now)
  }
  let seen = 0
  for (const asset of kept.values()) {
    for (const { values, doubt } of edgesOf(record, asset)) {
      const outcome = outcomeOf(asset, values)
      const what = JSON.stringify({ values, registered: byId.get(asset.asset_id) })
      if (outcome instanceof Refusal) throw new Error(`${outcome.message}: ${what}`)
      expect(outcome.suspect_reason ?? null, what).toBe(doubt)
      seen++
    }
    for (const values of beyondOf(record, asset)) {
      const outcome = outcomeOf(asset, values)
      expect(outcome instanceof Refusal ? outcome.code : 'taken', JSON.stringify(values)).toMatch(
        /^(implausible|field_range|field_relation|field_length)$/,
      )
      seen++
    }
  }
  expect(seen).toBeGreaterThan(0)
})
