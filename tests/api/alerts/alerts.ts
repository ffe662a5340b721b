import type { Alert, AlertEntry } from '../../../schemas/alerts/alert.ts'
import type { Silence } from '../../../schemas/alerts/silence.ts'
import { noon } from '../cells/windows.ts'

const minute = 60_000

/** A firing alert of Jinan's car parks, which began at noon, with these differences. */
export function alert(change: Partial<Alert> = {}): Alert {
  return {
    alert_id: 'parking-full:370100:20260301T040000Z',
    version: 1,
    rule: 'parking-full',
    rule_group: 'parking',
    kpi: 'parking.occupancy_pct',
    feed: 'parking',
    region: '370100',
    level: 'city',
    severity: 'major',
    state: 'firing',
    labels: { team: 'traffic' },
    annotations: { summary_zh: '济南市停车位紧张', summary_en: 'Jinan is short of parking' },
    active_since: noon,
    fired_at: noon + minute,
    resolved_at: null,
    retracted_at: null,
    raised_late: false,
    window_start: noon,
    window_end: noon + minute,
    value: 97.5,
    threshold: 95,
    coverage: 0.98,
    cell_status: 'final',
    revision: 1,
    cell_version: 10,
    inhibited_by: null,
    silenced_by: [],
    flapping: false,
    acknowledged_by: null,
    acknowledged_at: null,
    assigned_to: null,
    due_at: null,
    closed_by: null,
    closed_at: null,
    escalations: 0,
    updated_at: noon + minute,
    history: [entry()],
    ...change,
  }
}

export function entry(change: Partial<AlertEntry> = {}): AlertEntry {
  return {
    at: noon + minute,
    what: 'fired',
    by: null,
    note: null,
    window_start: noon,
    revision: 1,
    command_id: null,
    ...change,
  }
}

/** Jinan's car parks are silent for an hour from noon, with these differences. */
export function silence(change: Partial<Silence> = {}): Silence {
  return {
    silence_id: 's1',
    kind: 'silence',
    regions: ['370100'],
    matchers: [{ label: 'feed', op: '=', value: 'parking' }],
    starts_at: noon,
    ends_at: noon + 60 * minute,
    reason: 'the lots are rebuilt',
    created_by: 'li',
    created_at: noon,
    cancelled_by: null,
    cancelled_at: null,
    ...change,
  }
}
