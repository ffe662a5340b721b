import type { Alert } from '../../../schemas/alerts/alert.ts'
import type { AlertCommand } from '../../../schemas/alerts/alert-command.ts'
import type { Severity } from '../../../schemas/alerts/severity.ts'
import { withEntry } from './history.ts'

const hourMs = 3_600_000
/** For alerts whose rule is gone. */
const dueMs: Readonly<Record<Severity, number>> = {
  critical: hourMs,
  major: 4 * hourMs,
  minor: 24 * hourMs,
  warning: 72 * hourMs,
}

/** The alert after what somebody did about it. What was acknowledged or closed first stays so; the line is written all the same. */
export function applyCommand(
  alert: Alert,
  { action, at, by, note, assigned_to: unit, due_at: dueAt, command_id: commandId }: AlertCommand,
  rule: { readonly dueMs: number } | undefined,
): Alert {
  const cause = { at, by, note, commandId }
  switch (action) {
    case 'ack': {
      const first = alert.acknowledged_at === null
      const acknowledged = first ? { acknowledged_by: by, acknowledged_at: at } : {}
      return withEntry({ ...alert, ...acknowledged }, 'acknowledged', cause)
    }
    case 'dispatch': {
      const due = dueAt ?? at + (rule?.dueMs ?? dueMs[alert.severity])
      const said = [unit, note].filter(Boolean).join(': ')
      return withEntry({ ...alert, assigned_to: unit, due_at: due }, 'assigned', { ...cause, note: said })
    }
    case 'comment':
      return withEntry(alert, 'commented', cause)
    case 'close': {
      const closed = alert.closed_at === null ? { closed_by: by, closed_at: at } : {}
      return withEntry({ ...alert, ...closed }, 'closed', cause)
    }
    case 'silence':
    case 'unsilence':
      return alert
  }
}
