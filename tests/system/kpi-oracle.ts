import type { ClickHouseClient } from '@clickhouse/client'
import type { RecordId } from '../../schemas/records/record.ts'

/**
 * Every KPI of a record type computed a second time, in SQL written by hand over `readings_*` and `assets`, with nothing
 * of ours but the lineage: a final value includes the readings below the through_offset of their partition.
 */
interface Oracle {
  /** Sums by county, window and asset. */
  readonly perAsset: string
  /** KPI -> expression over the regions' assets; `due`, the assets expected, and `window_h` are there too. */
  readonly kpis: Readonly<Record<string, string>>
  /** KPIs that are 0, not missing, where nothing was read. */
  readonly zeroWhenSilent: readonly string[]
}

const both = (a: string, b: string) => `sumIf(${a}, isNotNull(${a}) AND isNotNull(${b}))`
const ratio = (numerator: string, denominator: string) => `sum(${numerator}) / nullIf(sum(${denominator}), 0)`
const coverage = '100 * countIf(usable) / nullIf(due, 0)'
const open = `coalesce(status, '') != 'closed' AND isNotNull(capacity)`

export const oracles: Readonly<Record<Exclude<RecordId, 'grid_defect'>, Oracle>> = {
  rack: {
    perAsset: `1 AS usable, avg(it_power_w) AS power, countIf(in_use) / nullIf(count(in_use), 0) AS used,
      countIf(inlet_temp_c >= 18 AND inlet_temp_c <= 27) / nullIf(count(inlet_temp_c), 0) AS band, max(inlet_temp_c) AS inlet_max`,
    kpis: {
      'datacenter.it_load_kw': 'sum(power) / 1000',
      'datacenter.racks_in_use_pct': '100 * avg(used)',
      'datacenter.inlet_in_band_pct': '100 * avg(band)',
      'datacenter.inlet_max_c': 'max(inlet_max)',
      'datacenter.coverage_pct': coverage,
    },
    zeroWhenSilent: ['datacenter.coverage_pct'],
  },
  facility: {
    perAsset: `1 AS usable, ${both('total_energy_kwh', 'it_energy_kwh')} AS total, ${both('it_energy_kwh', 'total_energy_kwh')} AS it`,
    kpis: { 'datacenter.pue': ratio('total', 'it') },
    zeroWhenSilent: [],
  },
  radio_pm: {
    perAsset: `countIf(ok) > 0 AS usable,
      ${pairs('rrc_estab', 'uectx_estab', 'drb_estab', 'ho_prep', 'ho_exec')},
      sumIf(drb_rel_act, ok AND isNotNull(drb_rel_act) AND isNotNull(drb_session_s)) AS releases,
      sumIf(drb_session_s, ok AND isNotNull(drb_rel_act) AND isNotNull(drb_session_s)) AS session_s,
      sumIf(prb_used_dl, ok AND isNotNull(prb_used_dl) AND isNotNull(prb_avail_dl)) AS prb_used,
      sumIf(prb_avail_dl, ok AND isNotNull(prb_used_dl) AND isNotNull(prb_avail_dl)) AS prb_avail,
      sumIf(pdcp_volume_dl_mbit + pdcp_volume_ul_mbit, ok AND isNotNull(energy_kwh + pdcp_volume_dl_mbit + pdcp_volume_ul_mbit)) AS mbit,
      sumIf(energy_kwh, ok AND isNotNull(energy_kwh + pdcp_volume_dl_mbit + pdcp_volume_ul_mbit)) AS kwh,
      sumIf(pdcp_volume_dl_mbit, ok AND isNotNull(pdcp_volume_dl_mbit + period_s)) AS dl_mbit,
      sumIf(period_s, ok AND isNotNull(pdcp_volume_dl_mbit + period_s)) AS dl_s,
      sumIf(period_s - unavailable_s, ok AND isNotNull(period_s + unavailable_s)) AS up_s,
      sumIf(period_s, ok AND isNotNull(period_s + unavailable_s)) AS all_s`,
    kpis: {
      'radio.accessibility_pct': `100 * ${ratio('rrc_estab_s', 'rrc_estab_a')} * ${ratio('uectx_estab_s', 'uectx_estab_a')} * ${ratio('drb_estab_s', 'drb_estab_a')}`,
      'radio.retainability_per_h': `3600 * ${ratio('releases', 'session_s')}`,
      'radio.handover_success_pct': `100 * ${ratio('ho_exec_s', 'ho_exec_a')} * ${ratio('ho_prep_s', 'ho_prep_a')}`,
      'radio.prb_utilisation_dl_pct': `100 * ${ratio('prb_used', 'prb_avail')}`,
      'radio.energy_efficiency_bit_per_j': `${ratio('mbit', 'kwh')} / 3.6`,
      'radio.availability_pct': `100 * ${ratio('up_s', 'all_s')}`,
      'radio.traffic_dl_gbit': `3.6 * ${ratio('dl_mbit', 'dl_s')}`,
      'radio.cells_reporting': 'countIf(usable)',
      'radio.coverage_pct': coverage,
    },
    zeroWhenSilent: ['radio.cells_reporting', 'radio.coverage_pct'],
  },
  radio_alarm: {
    perAsset: `1 AS usable, countIf(state = 'raised') AS raised`,
    kpis: { 'radio.alarms_raised': 'sum(raised) / window_h' },
    zeroWhenSilent: ['radio.alarms_raised'],
  },
  grid_inspection: {
    perAsset: '1 AS usable, sum(to_km - from_km) AS km',
    kpis: { 'grid.inspected_km': 'sum(km) / window_h' },
    zeroWhenSilent: ['grid.inspected_km'],
  },
  parking: {
    perAsset: `1 AS usable, avgIf(occupied, ${open} AND isNotNull(occupied)) AS taken,
      avgIf(capacity, ${open} AND isNotNull(occupied)) AS spaces, sumIf(exits, ${open} AND isNotNull(exits)) AS left,
      avgIf(capacity, ${open} AND isNotNull(exits)) AS exit_spaces`,
    kpis: {
      'parking.occupancy_pct': `100 * ${ratio('taken', 'spaces')}`,
      'parking.free_spaces': 'sum(spaces - taken)',
      'parking.turnover_per_space_h': `${ratio('left', 'exit_spaces')} / window_h`,
      'parking.lots_reporting': 'countIf(usable)',
      'parking.coverage_pct': coverage,
    },
    zeroWhenSilent: ['parking.lots_reporting', 'parking.coverage_pct'],
  },
}

/** Their suspect readings are left out; of cells each sum leaves them out. */
const doubted: readonly RecordId[] = ['rack', 'facility', 'grid_inspection', 'parking']

function pairs(...names: readonly string[]): string {
  return names
    .flatMap(name => {
      const [attempts, successes] = [`${name}_att`, `${name}_succ`]
      const given = `ok AND isNotNull(${attempts}) AND isNotNull(${successes})`
      return [`sumIf(${attempts}, ${given}) AS ${name}_a`, `sumIf(${successes}, ${given}) AS ${name}_s`]
    })
    .join(',\n      ')
}

export interface Comparison {
  /** Values that were compared. */
  readonly compared: number
  readonly windows: number
  readonly regions: number
  readonly differences: readonly unknown[]
}

/**
 * Compares values of a record type's KPIs with the oracle; floats within 1e-9 relative.
 * @param revisions what every window was closed with, or the last revision of it
 */
export async function compareWithReadings(
  client: ClickHouseClient,
  record: keyof typeof oracles,
  revisions: 'first' | 'last',
): Promise<Comparison> {
  const wanted =
    revisions === 'first'
      ? "citybrain.kpi_revisions WHERE revision = 1 AND status = 'final'"
      : 'citybrain.kpi WHERE revision >= 1'
  const { perAsset, kpis, zeroWhenSilent } = oracles[record]
  const usable = record === 'radio_pm' ? 'coalesce(suspect, false) = false AS ok,' : ''
  const list = (ids: readonly string[]) => ids.map(id => `'${id}'`).join(', ')
  const query = `
    WITH
      finals AS (
        SELECT kpi, region, window_start, window_end, value, lineage_partition, lineage_through_offset
        FROM ${wanted} AND kpi IN (${list(Object.keys(kpis))})
      ),
      lineage AS (
        SELECT DISTINCT window_start, partition, through FROM finals
        ARRAY JOIN lineage_partition AS partition, lineage_through_offset AS through
        WHERE region = '370000'
      ),
      (SELECT any(dateDiff('millisecond', window_start, window_end)) FROM finals) AS size_ms,
      windowed AS (
        SELECT *, fromUnixTimestamp64Milli(intDiv(toUnixTimestamp64Milli(event_time), size_ms) * size_ms, 'UTC') AS start
        FROM citybrain.readings_${record}
      ),
      included AS (
        SELECT r.*, ${usable} size_ms / 3600000 AS hours FROM windowed AS r
        INNER JOIN lineage AS l ON l.partition = r.kafka_partition AND l.window_start = r.start
        WHERE kafka_offset < through ${doubted.includes(record) ? 'AND NOT coalesce(suspect, false)' : ''}
      ),
      by_asset AS (SELECT county, start, hours, asset_id, ${perAsset} FROM included GROUP BY county, start, hours, asset_id),
      expectations AS (
        SELECT rc.region AS region, sum(least(1, size_ms / 1000 / period_s)) AS expected FROM citybrain.assets AS a
        INNER JOIN citybrain.region_counties AS rc ON rc.county = a.county
        WHERE record = '${record}' GROUP BY rc.region
      ),
      recomputed AS (
        SELECT rc.region AS region, start, any(hours) AS window_h, any(e.expected) AS due,
          ${Object.entries(kpis)
            .map(([id, expression]) => `toFloat64(${expression}) AS \`${id}\``)
            .join(',\n          ')}
        FROM by_asset INNER JOIN citybrain.region_counties AS rc ON rc.county = by_asset.county
        LEFT JOIN expectations AS e ON e.region = rc.region
        GROUP BY rc.region, start
      ),
      tall AS (
        SELECT region, start, kpi, recomputed_value FROM recomputed
        ARRAY JOIN [${list(Object.keys(kpis))}] AS kpi, [${Object.keys(kpis)
          .map(id => `\`${id}\``)
          .join(', ')}] AS recomputed_value
      ),
      compared AS (
        SELECT f.kpi AS kpi, f.region AS region, f.window_start AS window_start, f.value AS stored,
          if(t.region = '', if(f.kpi IN (${list([...zeroWhenSilent, ''])}), toNullable(0.), NULL), t.recomputed_value) AS expected_value
        FROM finals AS f LEFT JOIN tall AS t ON t.region = f.region AND t.start = f.window_start AND t.kpi = f.kpi
      )
    SELECT *, count() OVER () AS n FROM compared
    WHERE NOT (isNull(stored) AND isNull(expected_value))
      AND NOT coalesce(abs(stored - expected_value) <= 1e-9 * greatest(abs(stored), abs(expected_value)), false)
    LIMIT 10`
  const rows = async (sql: string): Promise<Record<string, unknown>[]> =>
    (await client.query({ query: sql, format: 'JSONEachRow' })).json()
  const [counts] = await rows(`
    SELECT count() AS compared, uniqExact(window_start) AS windows, uniqExact(region) AS regions
    FROM ${wanted} AND kpi IN (${list(Object.keys(kpis))})`)
  const compared = Number(counts?.compared)
  return {
    compared,
    windows: Number(counts?.windows),
    regions: Number(counts?.regions),
    // Rare events may have had no window yet: then no window has a size either.
    differences: compared > 0 ? await rows(query) : [],
  }
}
