import type { ClickHouseClient } from '@clickhouse/client'

/**
 * The newest census computed a second time, in a plain program over the rows of `assets` and `readings_*`,
 * for every region. Only to be used while nothing new is archived.
 */
export interface CensusComparison {
  readonly kpis: readonly string[]
  readonly differences: readonly {
    kpi: string
    region: string
    stored: number | null
    expected: number | null
  }[]
}

type Row = Record<string, string | number | null>

const day = 86_400_000
const deadlineMs: Readonly<Record<string, number>> = { critical: day, serious: 30 * day, general: 90 * day }

/** End of the newest window for which every census is stored, epoch ms; 0 while there is none. */
export async function newestCensus(client: ClickHouseClient): Promise<number> {
  const query = `
    SELECT toFloat64(toUnixTimestamp64Milli(window_end)) AS at FROM citybrain.kpi WHERE record LIKE '%_census'
    GROUP BY window_end HAVING uniqExact(kpi, region) = ${8 * 156} ORDER BY window_end DESC LIMIT 1`
  const [row] = await (await client.query({ query, format: 'JSONEachRow' })).json<Row>()
  return Number(row?.at ?? 0)
}

export async function compareCensus(client: ClickHouseClient): Promise<CensusComparison> {
  const rows = async (query: string): Promise<Row[]> =>
    (await client.query({ query, format: 'JSONEachRow' })).json()
  const ms = (column: string) => `toUnixTimestamp64Milli(${column})`
  const at = await newestCensus(client)
  const stored = await rows(
    `SELECT kpi, region, value FROM citybrain.kpi WHERE record LIKE '%_census' AND ${ms('window_end')} = ${at}`,
  )
  // The civil year of the province, UTC+8.
  const yearStart = Date.UTC(new Date(at + day / 3).getUTCFullYear(), 0, 1) - day / 3
  const assets = (
    await rows(
      `SELECT *, toFloat64(${ms('commissioned_at')}) AS since, toFloat64(${ms('retired_at')}) AS until FROM citybrain.assets`,
    )
  ).filter(
    ({ since, until }) => (since === null || Number(since) < at) && (until === null || Number(until) >= at),
  )
  const inspections = await rows(
    `SELECT asset_id, from_km, to_km, method, toFloat64(${ms('event_time')}) AS t FROM citybrain.readings_grid_inspection WHERE ${ms('event_time')} < ${at} AND (suspect IS NULL OR NOT suspect)`,
  )
  const defects = last(
    await rows(
      `SELECT concat(asset_id, '|', defect_id) AS id, county, grade, state, toFloat64(${ms('found_at')}) AS found, toFloat64(${ms('closed_at')}) AS closed, toFloat64(${ms('event_time')}) AS t, toFloat64(kafka_offset) AS place FROM citybrain.readings_grid_defect WHERE ${ms('event_time')} < ${at}`,
    ),
  )
  const alarms = last(
    await rows(
      `SELECT concat(asset_id, '|', alarm_id) AS id, county, state, perceived_severity AS severity, toFloat64(${ms('event_time')}) AS t, toFloat64(kafka_offset) AS place FROM citybrain.readings_radio_alarm WHERE ${ms('event_time')} < ${at}`,
    ),
  )
  const within = await rows('SELECT region, county FROM citybrain.region_counties')

  const byLine = Map.groupBy(inspections, ({ asset_id }) => String(asset_id))
  const expectedOf = (region: string): Record<string, number | null> => {
    const here = new Set(within.filter(row => row.region === region).map(({ county }) => county))
    const own = assets.filter(({ county }) => here.has(county as string))
    const lines = own.filter(({ kind }) => kind === 'line')
    const high = lines.filter(({ voltage_kv }) => Number(voltage_kv) >= 220)
    const unmanned = high.map(line =>
      covered(
        (byLine.get(String(line.asset_id)) ?? []).filter(
          ({ method, t }) => method === 'unmanned' && Number(t) >= yearStart,
        ),
        Number(line.length_km),
      ),
    )
    const asked = lines.filter(({ period_s }) => period_s !== null)
    const inPeriod = asked.filter(line =>
      (byLine.get(String(line.asset_id)) ?? []).some(
        ({ t }) => Number(t) >= at - Number(line.period_s) * 1000,
      ),
    )
    const found = defects.filter(({ county }) => here.has(county as string))
    const due = found.filter(
      ({ found: foundAt, state, grade }) =>
        Number(foundAt) >= yearStart &&
        (state === 'closed' || Number(foundAt) + (deadlineMs[String(grade)] ?? 0) < at),
    )
    const onTime = due.filter(
      ({ found: foundAt, state, closed, grade, t }) =>
        state === 'closed' && Number(closed ?? t) <= Number(foundAt) + (deadlineMs[String(grade)] ?? 0),
    )
    const kind = (wanted: string) => own.filter(asset => asset.kind === wanted)
    return {
      'grid.unmanned_coverage_pct': percent(
        sum(unmanned),
        sum(high.map(({ length_km }) => Number(length_km))),
      ),
      'grid.coverage_pct': percent(inPeriod.length, asked.length),
      'grid.defects_open_critical': found.filter(
        ({ state, grade }) => state === 'open' && grade === 'critical',
      ).length,
      'grid.defects_closed_on_time_pct': percent(onTime.length, due.length),
      'radio.alarms_active_critical': alarms.filter(
        ({ county, state, severity }) =>
          here.has(county as string) && state === 'raised' && severity === 'CRITICAL',
      ).length,
      'radio.sites_in_service': kind('site').length,
      'datacenter.racks_in_service': kind('rack').length,
      'parking.lots_this_year': kind('lot').filter(
        ({ since }) => since !== null && Number(since) >= yearStart,
      ).length,
    }
  }

  const expected = new Map(
    [...new Set(stored.map(({ region }) => String(region)))].map(region => [region, expectedOf(region)]),
  )
  return {
    kpis: [...new Set(stored.map(({ kpi }) => String(kpi)))].sort(),
    differences: stored.flatMap(({ kpi, region, value }) => {
      const should = expected.get(String(region))?.[String(kpi)] ?? null
      const is = value === null ? null : Number(value)
      const same =
        is === should ||
        (is !== null &&
          should !== null &&
          Math.abs(is - should) <= 1e-9 * Math.max(Math.abs(is), Math.abs(should)))
      return same ? [] : [{ kpi: String(kpi), region: String(region), stored: is, expected: should }]
    }),
  }
}

/** The newest row of each id; of one time, the later one in the log. */
function last(rows: readonly Row[]): Row[] {
  const newest = new Map<string, Row>()
  for (const row of rows) {
    const held = newest.get(String(row.id))
    const isNewer = Number(row.t) - Number(held?.t) || Number(row.place) - Number(held?.place)
    if (!held || isNewer > 0) newest.set(String(row.id), row)
  }
  return [...newest.values()]
}

/** Length of the union of the stretches, within the line. */
function covered(stretches: readonly Row[], lengthKm: number): number {
  let total = 0
  let reached = 0
  for (const { from_km, to_km } of [...stretches].sort((a, b) => Number(a.from_km) - Number(b.from_km))) {
    const from = Math.max(Number(from_km), reached)
    const to = Math.min(Number(to_km), lengthKm)
    if (to > from) total += to - from
    reached = Math.max(reached, to)
  }
  return total
}

function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.min(100, (100 * part) / whole)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((left, right) => left + right, 0)
}
