import { type Static, Type } from 'typebox'
import { type Alert, type AlertEntry, alertDeeds, alertStates } from './alert.ts'
import { severities } from './severity.ts'

const Time = Type.Integer({ description: 'Event time, epoch ms' })
const MaybeTime = Type.Union([Time, Type.Null()])
const Text = Type.String()
const MaybeText = Type.Union([Text, Type.Null()])
const MaybeNumber = Type.Union([Type.Number(), Type.Null()])
const Texts = Type.Record(Type.String(), Type.String())

const Entry = Type.Object({
  at: Time,
  what: Type.Enum([...alertDeeds]),
  by: MaybeText,
  note: MaybeText,
  window_start: MaybeTime,
  revision: MaybeNumber,
  command_id: MaybeText,
} satisfies Record<keyof AlertEntry, unknown>)

/** An alert as receivers get it: see `Alert` for what the fields mean. */
export const ToldAlert = Type.Object({
  alert_id: Text,
  version: Type.Integer(),
  rule: Text,
  rule_group: Text,
  kpi: Text,
  feed: Text,
  region: Text,
  level: Text,
  severity: Type.Enum([...severities]),
  state: Type.Enum([...alertStates]),
  labels: Texts,
  annotations: Texts,
  active_since: Time,
  fired_at: MaybeTime,
  resolved_at: MaybeTime,
  retracted_at: MaybeTime,
  raised_late: Type.Boolean(),
  window_start: Time,
  window_end: Time,
  value: MaybeNumber,
  threshold: MaybeNumber,
  coverage: MaybeNumber,
  cell_status: Text,
  revision: Type.Integer(),
  cell_version: Type.Integer(),
  inhibited_by: MaybeText,
  silenced_by: Type.Array(Text),
  flapping: Type.Boolean(),
  acknowledged_by: MaybeText,
  acknowledged_at: MaybeTime,
  assigned_to: MaybeText,
  due_at: MaybeTime,
  closed_by: MaybeText,
  closed_at: MaybeTime,
  escalations: Type.Integer(),
  updated_at: Time,
  history: Type.Array(Entry, { description: 'The newest 50 lines, oldest first' }),
} satisfies Record<keyof Alert, unknown>)

/** What is posted to a webhook, once for every notice; whoever gets the same `key` again has heard it already. */
export const WebhookBodySchema = Type.Object({
  version: Type.Literal(1),
  key: Type.String({ description: 'As in the header Idempotency-Key: the same when it is sent again' }),
  notice: Type.Enum(['fired', 'escalated', 'resolved', 'retracted'], {
    description: 'retracted: corrected values say that it should never have fired',
  }),
  number: Type.Integer({ description: 'Counts from 1 what this receiver is told about this alert' }),
  at: Time,
  url: Type.String({ description: 'The alert on the wall' }),
  alert: ToldAlert,
})

/** The same, as it is made. */
export type WebhookBody = Omit<Static<typeof WebhookBodySchema>, 'alert'> & { readonly alert: Alert }
