import type { RegionWindow } from './region-window.ts'

/**
 * The two halves of a cell's JSON: the window's half is made once for all its KPIs, the names once for ever.
 * Concatenation is what a frame costs then.
 */
export function cellPrefix(kpi: string, region: string): string {
  return `{"kpi":${JSON.stringify(kpi)},"region":${JSON.stringify(region)},"value":`
}

/** Everything of a cell that follows its value, in the order of the protocol's `Cell`. */
export function windowSuffix(window: RegionWindow): string {
  return (
    `,"window_start":${window.window_start},"window_end":${window.window_end}` +
    `,"status":"${window.status}","revision":${window.revision},"version":${window.version}` +
    `,"coverage":${numberJson(window.coverage)},"readings":${window.readings}` +
    `,"event_time_max":${numberJson(window.event_time_max)}}`
  )
}

/** JSON has no infinities and no NaN: what cannot be said is null. */
export function numberJson(value: number | null): string {
  return value !== null && Number.isFinite(value) ? String(value) : 'null'
}
