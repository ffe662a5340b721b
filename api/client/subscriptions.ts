import type { Cell, Depth, Hello, Snapshot, Subscribe } from '../../schemas/protocol/stream.ts'

/** What a subscription asks for. */
export interface Selection {
  /** Codes: six digits (GB/T 2260) or `circle-…`. */
  readonly regions: readonly string[]
  readonly depth: Depth
  /** KPI ids, `feed.*` or `*`; may be empty where alerts are all that is wanted. */
  readonly kpis: readonly string[]
  /** Whether alerts of these regions are wanted, whatever the KPIs. */
  readonly alerts?: boolean
}

export interface Subscription {
  /** The caller's name for it. */
  readonly id: string
  /** Its name on the wire: another one each time, so that a late snapshot is not taken for that of its successor. */
  readonly wireId: string
  readonly selection: Selection
  /** Everything below this position is held; null until the first snapshot. */
  readonly heldTo: number | null
  /** What the server of this connection said to it. */
  readonly answer: 'none' | 'given' | 'refused'
  /** Cells of one that ended may be counted to it, until a server that has read enough says which ones it has. */
  readonly isUnsure: boolean
}

export type Subscriptions = readonly Subscription[]

/** A new connection: its server has said nothing yet. */
export function unanswered(all: Subscriptions): Subscriptions {
  return all.map(one => ({ ...one, answer: 'none' }))
}

/** Another log: positions held mean nothing. */
export function unplaced(all: Subscriptions): Subscriptions {
  return all.map(one => ({ ...one, heldTo: null }))
}

/** @param seen how far any server spoke of the log: one that has read less does not know of all cells */
export function answered(all: Subscriptions, { id, position, since }: Snapshot, seen: number): Subscriptions {
  return all.map(one => {
    if (one.wireId !== id) return one
    const isWhole = since === undefined && position >= seen
    return {
      ...one,
      answer: 'given',
      heldTo: Math.max(position, one.heldTo ?? 0),
      isUnsure: one.isUnsure && !isWhole,
    }
  })
}

/** One ended: cells that came with deltas were counted to every subscription that may have them. */
export function unsure(all: Subscriptions): Subscriptions {
  return all.map(one => (one.selection.depth === 'self' ? one : { ...one, isUnsure: true }))
}

export function refused(all: Subscriptions, wireId: string): Subscriptions {
  return all.map(one => (one.wireId === wireId ? { ...one, answer: 'refused' } : one))
}

/** A delta or heartbeat speaks of the subscriptions that have had their snapshot, and of no others. */
export function advanced(all: Subscriptions, position: number): Subscriptions {
  if (!all.some(one => one.answer === 'given' && position > (one.heldTo ?? 0))) return all
  return all.map(one =>
    one.answer === 'given' ? { ...one, heldTo: Math.max(position, one.heldTo ?? 0) } : one,
  )
}

/** Whether nothing is waited for: every subscription was answered, and not all of them with a refusal. */
export function allServed(all: Subscriptions): boolean {
  if (all.some(one => one.answer === 'none')) return false
  return all.length === 0 || all.some(one => one.answer === 'given')
}

/**
 * Where to go on: the position up to which every subscription is complete that is not asked for as a whole, and how far
 * any was told. Those that were ended count too: a server that has not read as far is not to be believed yet.
 * @param seen null when there was no frame yet
 */
export function resumeOf(all: Subscriptions, seen: number | null, log: string | null): Hello['resume'] {
  if (seen === null) return undefined
  const position = Math.min(
    seen,
    ...all.flatMap(({ heldTo, isUnsure }) => (heldTo === null || isUnsure ? [] : [heldTo])),
  )
  return { position, ...(seen > position && { seen }), ...(log !== null && { log }) }
}

export function subscribeMessage({ wireId, selection, heldTo, isUnsure }: Subscription): Subscribe {
  const isWhole = heldTo === null || isUnsure
  return { type: 'subscribe', id: wireId, ...selection, ...(isWhole && { fresh: true }) }
}

/**
 * Whether a cell may be one of the selection's. Which regions lie below another is the server's knowledge: with
 * depth `children` or `subtree` any may.
 */
export function mayHold({ regions, depth, kpis }: Selection, cell: Pick<Cell, 'kpi' | 'region'>): boolean {
  if (depth === 'self' && !regions.includes(cell.region)) return false
  return kpis.some(pattern =>
    pattern.endsWith('*') ? cell.kpi.startsWith(pattern.slice(0, -1)) : pattern === cell.kpi,
  )
}

/** Whether an alert may be one that the selection asks for, as far as is known here. */
export function mayHoldAlert(
  { alerts, regions, depth }: Selection,
  alert: { readonly region: string },
): boolean {
  return alerts === true && (depth !== 'self' || regions.includes(alert.region))
}
