import type { Alert, AlertDeed, AlertEntry } from '../../../schemas/alerts/alert.ts'

/** Lines of one alert's history that are kept; commands always are, so that none is applied twice. */
const mostEntries = 200

/** Why an alert changes. */
export interface Cause {
  /** Epoch ms. */
  readonly at: number
  readonly by?: string | null
  readonly note?: string | null
  readonly window?: { readonly start: number; readonly revision: number } | null
  readonly commandId?: string
}

/** The alert with one more line in its history. */
export function withEntry(alert: Alert, what: AlertDeed, cause: Cause): Alert {
  const entry: AlertEntry = {
    at: cause.at,
    what,
    by: cause.by ?? null,
    note: cause.note ?? null,
    window_start: cause.window?.start ?? null,
    revision: cause.window?.revision ?? null,
    command_id: cause.commandId ?? null,
  }
  return { ...alert, history: bounded([...alert.history, entry]) }
}

export function hasCommand({ history }: Alert, commandId: string): boolean {
  return history.some(entry => entry.command_id === commandId)
}

/** When one of these was last so; null where none was. */
export function lastOf({ history }: Alert, deeds: readonly AlertDeed[]): number | null {
  return history.findLast(({ what }) => deeds.includes(what))?.at ?? null
}

/** Without the oldest lines behind the first one that no command asked for. */
function bounded(history: readonly AlertEntry[]): readonly AlertEntry[] {
  if (history.length <= mostEntries) return history
  const dropped = history.findIndex((entry, index) => index > 0 && entry.command_id === null)
  return dropped < 0 ? history : history.toSpliced(dropped, 1)
}
