import { type Alert, type AlertDeed, type AlertEntry, folded } from '../../../schemas/alerts/alert.ts'

/**
 * Lines of one alert's history that the rule and timers wrote and that are kept. Those of commands always are, so that none
 * is applied twice; `mostCommands` bounds them.
 */
const mostOwnEntries = 200
/** What people said is kept whole up to so much, the newest of it; of the rest the beginning. UTF-16 units. */
const mostWords = 30_000

/** Why an alert changes. */
export interface Cause {
  /** Epoch ms. */
  readonly at: number
  readonly by?: string | null
  readonly note?: string | null
  readonly window?: { readonly start: number; readonly revision: number } | null
  readonly commandId?: string
}

/** What happens to an alert never happens before what happened to it last, whichever process's clock said when. */
export function notBefore({ history }: Alert, at: number): number {
  return Math.max(at, history.at(-1)?.at ?? at)
}

/** The alert with one more line in its history. */
export function withEntry(alert: Alert, what: AlertDeed, cause: Cause): Alert {
  const entry: AlertEntry = {
    at: notBefore(alert, cause.at),
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

/** How many of its lines commands asked for. */
export function commandsOf({ history }: Pick<Alert, 'history'>): number {
  return history.filter(({ command_id }) => command_id !== null).length
}

/** Every change of an alert is one message: neither its lines nor what they say may grow without end. */
function bounded(history: readonly AlertEntry[]): readonly AlertEntry[] {
  return withFewWords(withFewLines(history))
}

/** Without the oldest lines behind the first one that no command asked for. */
function withFewLines(history: readonly AlertEntry[]): readonly AlertEntry[] {
  const own = history.filter(({ command_id }) => command_id === null).length
  if (own <= mostOwnEntries) return history
  const dropped = history.findIndex((entry, index) => index > 0 && entry.command_id === null)
  return history.toSpliced(dropped, 1)
}

function withFewWords(history: readonly AlertEntry[]): readonly AlertEntry[] {
  let words = 0
  let first = history.length
  while (first > 0 && words <= mostWords) {
    const entry = history[--first]
    if (entry?.by) words += entry.note?.length ?? 0
  }
  if (words <= mostWords) return history
  return history.map((entry, index) => (index <= first && entry.by !== null ? folded(entry) : entry))
}
