import type { CensusId } from './kpi.ts'

/**
 * The measures of every census, in their order on the wire: append only. All of them add up over counties;
 * they are the columns of schemas/clickhouse/census/<feed>.sql.
 */
export const censusMeasures: Readonly<Record<CensusId, readonly string[]>> = {
  radio_census: ['alarms_active_critical', 'sites_in_service'],
  datacenter_census: ['racks_in_service'],
  grid_census: [
    'unmanned_km',
    'in_service_km',
    'defects_open_critical',
    'defects_closed_on_time',
    'defects_due',
    'lines_in_period',
    'lines_in_service',
  ],
  parking_census: ['lots_this_year'],
}
