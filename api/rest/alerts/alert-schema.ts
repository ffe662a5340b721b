import { Type } from 'typebox'
import { type AlertEntry, alertDeeds, alertStates } from '../../../schemas/alerts/alert.ts'
import { severities } from '../../../schemas/alerts/severity.ts'
import type { KpiId } from '../../../schemas/kpis/kpi.ts'
import { statuses } from '../../../schemas/protocol/stream.ts'
import type { Feed } from '../../../schemas/records/record.ts'
import { levels } from '../../../schemas/regions/regions.ts'
import { Coverage, EpochMs, NullableEpochMs, NullableNumber, NullableString } from '../wire-schemas.ts'

const NullableInteger = Type.Unsafe<number | null>({ type: ['integer', 'null'] })
const Texts = (description: string) =>
  Type.Unsafe<Readonly<Record<string, string>>>({
    type: 'object',
    additionalProperties: { type: 'string' },
    description,
  })
const Ids = (description: string) =>
  Type.Unsafe<readonly string[]>({ type: 'array', items: { type: 'string' }, description })

export const StateName = Type.Enum([...alertStates])
export const SeverityName = Type.Enum([...severities])

/** As lists and the stream tell it: everything but its history. */
export const AlertLineSchema = Type.Object({
  alert_id: Type.String({ description: '`<rule>:<region>:<first window>`' }),
  version: Type.Integer({ description: 'Of two values of one alert the greater one holds' }),
  rule: Type.String(),
  rule_group: Type.String(),
  kpi: Type.Unsafe<KpiId>({ type: 'string' }),
  feed: Type.Unsafe<Feed>({ type: 'string' }),
  region: Type.String(),
  level: Type.Enum([...levels]),
  severity: SeverityName,
  state: {
    ...StateName,
    description:
      'pending: not for long enough yet; unknown: it fired, and now there is too little data to say; ' +
      'retracted: corrected values say that it should never have fired',
  },
  labels: Texts('Of the rule'),
  annotations: Texts('`summary_zh`, `summary_en`, `description_zh`, `description_en`, `runbook`'),
  active_since: { ...EpochMs, description: 'Start of the first window in which the condition held' },
  fired_at: { ...NullableEpochMs, description: 'End of the window with which it fired' },
  resolved_at: { ...NullableEpochMs, description: 'End of the window with which it was over' },
  retracted_at: NullableEpochMs,
  raised_late: Type.Boolean({ description: 'Corrected values said afterwards that it should have fired' }),
  window_start: { ...EpochMs, description: 'The newest window that was judged, and what it said' },
  window_end: EpochMs,
  value: NullableNumber,
  threshold: { ...NullableNumber, description: "What the condition compares with, in the KPI's unit" },
  coverage: Coverage,
  cell_status: Type.Enum([...statuses]),
  revision: Type.Integer(),
  cell_version: Type.Integer(),
  inhibited_by: { ...NullableString, description: 'The alert that says more of the same' },
  silenced_by: Ids('Silences and maintenance windows that hold'),
  flapping: Type.Boolean(),
  acknowledged_by: NullableString,
  acknowledged_at: NullableEpochMs,
  assigned_to: { ...NullableString, description: 'The unit that it was dispatched to' },
  due_at: NullableEpochMs,
  closed_by: NullableString,
  closed_at: NullableEpochMs,
  escalations: Type.Integer({ description: 'How often nobody had acknowledged it in time' }),
  updated_at: EpochMs,
})

export const EntrySchema = Type.Object({
  at: EpochMs,
  what: Type.Enum([...alertDeeds]),
  by: { ...NullableString, description: 'Who; null where it was the rule or a timer' },
  note: NullableString,
  window_start: { ...NullableEpochMs, description: 'The window that led to it' },
  revision: { ...NullableInteger, description: 'Its revision: from 2 on a correction did' },
  command_id: { ...NullableString, description: 'What asked for it' },
})

export const AlertSchema = Type.Object({
  ...AlertLineSchema.properties,
  history: Type.Unsafe<readonly AlertEntry[]>(Type.Array(EntrySchema, { description: 'Oldest first' })),
})
