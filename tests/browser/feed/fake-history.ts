import { isCensusId, type Kpi, type Term } from '../../../schemas/kpis/kpi.ts'
import { kpiOf, kpis } from '../../../schemas/kpis/kpis.ts'
import type { Cell } from '../../../schemas/protocol/stream.ts'
import { subtreeOf } from '../../../schemas/regions/regions.ts'
import { fakeCell, type Troubles } from './fake-province.ts'

/** Made-up answers of the routes that look back: consistent with the made-up cells, and adding up. */
export interface FakePast {
  readonly windowMs: number
  readonly now: () => number
  readonly troubles: Troubles
  /** When each correction was made, epoch ms, by `kpi|region|window_start`. */
  readonly correctedAt: ReadonlyMap<string, number>
}

/** The JSON of an answer; undefined where the window is not final, or the route is none of these. */
export function answerOfPast(past: FakePast, path: string, query: URLSearchParams): object | undefined {
  const region = query.get('region') ?? '370000'
  if (path === '/v1/kpis/at') return cellsAt(past, query)
  if (path === '/v1/kpis/corrections') return corrections(past, query)
  const [, id = '', what] = /^\/v1\/kpis\/([^/]+)\/(lineage|revisions)$/.exec(path) ?? []
  const kpi = kpiOf(id)
  if (!kpi) return undefined
  const start = Math.floor(timeOf(query, 'window_start') / past.windowMs) * past.windowMs
  const cell = cellOf(past, kpi, region, start)
  if (what === 'revisions')
    return { revisions: cell.revision === 0 ? [] : revisionsOf(past, kpi, cell), live: null }
  return cell.revision === 0 ? undefined : lineage(past, kpi, cell, Number(query.get('readings')))
}

/** A series as it was known at a time has no correction that was made later. */
export function knownAt(past: FakePast, time: number): Troubles {
  const corrected = [...past.troubles.corrected].filter(([key]) => (past.correctedAt.get(key) ?? 0) <= time)
  return { ...past.troubles, corrected: new Map(corrected) }
}

export function timeOf(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? ''
  return /^\d+$/.test(text) ? Number(text) : Date.parse(text)
}

function cellOf(past: FakePast, kpi: Kpi, region: string, start: number, troubles = past.troubles): Cell {
  return fakeCell(kpi, region, start, past.windowMs, past.now(), troubles)
}

function cellsAt(past: FakePast, query: URLSearchParams): object {
  const { windowMs } = past
  const time = timeOf(query, 'time')
  const known = query.get('known') ?? 'then'
  const troubles = known === 'then' ? knownAt(past, time) : past.troubles
  const start = Math.floor((time - 1.25 * windowMs) / windowMs) * windowMs
  const asked = query.getAll('kpi')
  const chosen = kpis.filter(({ id }) => asked.some(name => name === '*' || name === id))
  const cells = query
    .getAll('region')
    .flatMap(region => chosen.map(kpi => cellOf(past, kpi, region, start, troubles)))
  return { time, known, server_time: past.now(), cells }
}

function corrections({ correctedAt }: FakePast, query: URLSearchParams): object {
  const [from, to] = [timeOf(query, 'from'), timeOf(query, 'to')]
  const slotMs = Math.max(60_000, Math.ceil((to - from) / 240 / 60_000) * 60_000)
  const slots = Map.groupBy(
    [...correctedAt].filter(([, at]) => at >= from && at < to),
    ([, at]) => from + Math.floor((at - from) / slotMs) * slotMs,
  )
  return {
    from,
    to,
    slot_ms: slotMs,
    corrections: [...slots].map(([at, all]) => ({
      at,
      values: all.length,
      windows: 1,
      window_start: Number(all[0]?.[0].split('|')[2]),
    })),
  }
}

const reportingAssets = 20

function storedOf(cell: Cell, computedAt: number, reason: string | null, late: number): object {
  const { revision, status, value, coverage, version, readings, event_time_max } = cell
  return {
    revision,
    status,
    value,
    coverage,
    version,
    readings,
    event_time_max,
    numerator: value ?? 0,
    denominator: value === null ? 0 : 1,
    assets: value === null ? 0 : reportingAssets,
    expected: reportingAssets + 1,
    duplicates: 2,
    computed_at: computedAt,
    reason,
    late_readings: late,
  }
}

function revisionsOf(past: FakePast, kpi: Kpi, cell: Cell): readonly object[] {
  const key = `${kpi.id}|${cell.region}|${cell.window_start}`
  const finalAt = cell.window_end + past.windowMs / 4
  const first = cellOf(past, kpi, cell.region, cell.window_start, { ...past.troubles, corrected: new Map() })
  const told = { ...storedOf(first, finalAt, null, 0), value_before: null }
  if (cell.revision < 2) return [told]
  const at = past.correctedAt.get(key) ?? finalAt
  return [told, { ...storedOf(cell, at, 'late', 3), value_before: first.value }]
}

function lineage(past: FakePast, kpi: Kpi, cell: Cell, atMost: number): object {
  const counties = subtreeOf(cell.region).filter(({ level }) => level === 'county')
  const weights = counties.map(({ code }) =>
    Math.max(0.01, cellOf(past, kpi, code, cell.window_start).value ?? 0),
  )
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  const { readings } = cell
  const shares = weights.map(weight => weight / whole)
  const measures = (share: number) =>
    Object.fromEntries(termsOf(kpi, cell.value ?? 0).map(([name, number]) => [name, number * share]))
  const stored = storedOf(cell, cell.window_end + past.windowMs / 4, null, 0)
  const each = Math.floor(readings / counties.length)
  return {
    kpi: kpi.id,
    region: cell.region,
    window_start: cell.window_start,
    window_end: cell.window_end,
    last_revision: cell.revision,
    cell: stored,
    formula: {
      text: 'made up',
      scale: kpi.scale,
      at_most: kpi.atMost ?? null,
      present: kpi.present ?? null,
      factors: kpi.factors.map(({ numerator, denominator }) => ({
        numerator: wordsOf(numerator),
        denominator: wordsOf(denominator),
      })),
    },
    totals: { measures: measures(1), assets: 1, expected: 1, readings, duplicates: 2 },
    adds_up: true,
    differences: [],
    counties: counties.map(({ code }, i) => ({
      county: code,
      value: cellOf(past, kpi, code, cell.window_start).value,
      numerator: 1,
      denominator: 1,
      measures: measures(shares[i] ?? 0),
      assets: 1,
      expected: 1,
      readings: i === 0 ? readings - each * (counties.length - 1) : each,
      duplicates: 0,
      status: cell.status,
      revision: cell.revision,
      version: cell.version,
      computed_at: cell.window_end,
    })),
    offsets: [0, 1, 2, 3].map(partition => ({
      topic: `telemetry.${kpi.of}`,
      partition,
      from_offset: partition === 3 ? -1 : 1_000 * partition + 17,
      through_offset: 1_000 * partition + 17 + Math.ceil(readings / 3),
    })),
    sql: {
      counties: `SELECT county FROM citybrain.kpi WHERE kpi = '${kpi.id}'`,
      readings: isCensusId(kpi.of) ? null : `SELECT asset_id FROM citybrain.readings_${kpi.of}`,
      census: isCensusId(kpi.of) ? 'SELECT 1' : null,
    },
    readings: isCensusId(kpi.of)
      ? []
      : Array.from({ length: Math.min(readings, atMost) }, (_, i) => ({
          asset_id: `SD-${cell.region}-${String(1 + (i % reportingAssets)).padStart(3, '0')}`,
          county: counties[i % counties.length]?.code ?? cell.region,
          event_time: cell.window_start + Math.floor((i * past.windowMs) / readings),
          kafka_partition: i % 3,
          kafka_offset: 1_000 * (i % 3) + 17 + Math.floor(i / 3),
          fields: { capacity: 400, occupied: 200 + (i % 90), status: 'open' },
        })),
  }
}

/** What the terms of the formula come to together, so that the formula comes to the value. */
function termsOf({ factors, scale }: Kpi, value: number): readonly (readonly [string, number])[] {
  const size = 24_000
  return factors.flatMap(({ numerator, denominator }, i) => {
    const ratio = i === 0 ? value / scale : 1
    const divisor = typeof denominator === 'number' ? denominator : size
    const of = (term: Term, number: number) => (typeof term === 'string' ? [[term, number] as const] : [])
    return [...of(numerator, ratio * divisor), ...of(denominator, divisor)]
  })
}

function wordsOf(term: Term): object {
  return typeof term === 'number'
    ? { term: String(term), kind: 'constant', unit: null, words: 'constant' }
    : { term, kind: 'measure', unit: '1', words: `sum of ${term}` }
}
