import { recordPipeline } from '../../ingest/pipeline/record-pipeline.ts'
import { Refusal } from '../../ingest/pipeline/refusal.ts'
import type { Asset } from '../../platform/assets/asset.ts'
import { parseSchema, schemaText } from '../../platform/avro/avro-schemas.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import { records } from '../../schemas/records/records.ts'
import { counties } from '../../schemas/regions/regions.ts'

export interface IngestPipelineResult {
  readonly record: RecordId
  readonly readings: number
  readonly readingsPerSecond: number
  /** CPU seconds per million readings. */
  readonly parseCpuS: number
  readonly pipelineCpuS: number
  readonly encodeCpuS: number
}

const now = Date.UTC(2026, 0, 1)
const assetCount = 20_000

const samples: Partial<Record<RecordId, (index: number) => object>> = {
  rack: index => ({
    it_power_w: 3000 + (index % 977) / 10,
    inlet_temp_c: 22 + (index % 37) / 10,
    humidity_pct: 45.5,
    in_use: true,
  }),
  radio_pm: index => {
    const numbers = records.radio_pm.fields.filter(field => field.type === 'double')
    const counters = Object.fromEntries(numbers.map(field => [field.name, (index % 1000) + 0.5]))
    return { period_s: 900, ...counters, energy_kwh: 0.25, unavailable_s: 0, suspect: false }
  },
  parking: index => ({ status: 'open', capacity: 500, occupied: index % 500, entries: 3, exits: 2 }),
}

/** What is registered, so that readings are compared with it. */
const capacities: Partial<Record<RecordId, number>> = { rack: 8, parking: 500 }

/** JSON text -> parse -> normalise, validate, enrich -> Avro, single-threaded: CPU of each step. */
export function benchIngestPipeline(record: RecordId, readings: number): IngestPipelineResult {
  const sample = samples[record]
  if (!sample) throw new Error(`no sample of ${record}`)
  const definition = records[record]
  const assets = new Map(Array.from({ length: assetCount }, (_, index) => asset(record, index)))
  const pipeline = recordPipeline(definition, assets, { maxFutureMs: 60_000, maxAgeMs: 400 * 86_400_000 })
  const avro = parseSchema(schemaText(record))
  const scratch = Buffer.allocUnsafe(4096)

  const slice = 20_000
  const cpu = { parse: 0, pipeline: 0, encode: 0 }
  let wallMs = 0
  let bytes = 0
  for (let from = -slice; from < readings; from += slice) {
    const texts = Array.from({ length: slice }, (_, i) => JSON.stringify(item(sample, from + slice + i)))
    const started = performance.now()
    const c0 = process.cpuUsage()
    const items: unknown[] = texts.map(text => JSON.parse(text))
    const c1 = process.cpuUsage()
    const outcomes = items.map(each => pipeline.run(each, null, now))
    const c2 = process.cpuUsage()
    for (const reading of outcomes) {
      if (reading instanceof Refusal) throw new Error(reading.message)
      bytes += Buffer.from(scratch.subarray(0, avro.encode(reading, scratch, 5))).length
    }
    const c3 = process.cpuUsage()
    // The first slice warms up.
    if (from < 0) continue
    wallMs += performance.now() - started
    cpu.parse += seconds(c0, c1)
    cpu.pipeline += seconds(c1, c2)
    cpu.encode += seconds(c2, c3)
  }
  if (bytes === 0) throw new Error('nothing was encoded')
  const perMillion = 1e6 / readings
  return {
    record,
    readings,
    readingsPerSecond: Math.round(readings / (wallMs / 1000)),
    parseCpuS: cpu.parse * perMillion,
    pipelineCpuS: cpu.pipeline * perMillion,
    encodeCpuS: cpu.encode * perMillion,
  }
}

function item(sample: (index: number) => object, index: number): object {
  const eventTime = new Date(now - (index % 3_600_000)).toISOString()
  return { asset_id: `bench-${index % assetCount}`, event_time: eventTime, ...sample(index) }
}

function asset(record: RecordId, index: number): [string, Asset] {
  const kind = records[record].kinds[0]
  const county = counties[index % counties.length]
  if (!kind || !county) throw new Error('definitions are empty')
  const id = `bench-${index}`
  return [
    id,
    {
      asset_id: id,
      record,
      kind,
      county: county.code,
      name: null,
      lat: null,
      lon: null,
      period_s: 60,
      capacity: capacities[record] ?? null,
      length_km: null,
      voltage_kv: null,
      commissioned_at: null,
      expected_from: null,
      former: [],
      retired_at: null,
      source_dataset: null,
      source_id: null,
      updated_at: now,
    },
  ]
}

function seconds(from: NodeJS.CpuUsage, to: NodeJS.CpuUsage): number {
  return (to.user + to.system - from.user - from.system) / 1e6
}

if (import.meta.main) {
  console.table(
    (['rack', 'parking', 'radio_pm'] as const).map(record => benchIngestPipeline(record, 400_000)),
  )
}
