import type { Lineage, Revision } from '../protocol/parse-lineage.ts'
import { isRefused, type ProvenanceClient } from '../protocol/rest-client.ts'
import type { Origin } from './route.ts'

/** What came of asking where a value comes from. */
export type Asked =
  | { readonly kind: 'asking' | 'absent' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'found'; readonly lineage: Lineage; readonly revisions: readonly Revision[] }

export interface OriginAsked {
  readonly origin: Origin
  /** Start of the current window where that is final: the one that the viewer looks at. */
  readonly currentStart: number | null
  /** The time of which the newest final window is shown where none is named, epoch ms. */
  readonly time: number
  readonly readings: number
}

/** Asks for the lineage of the window that is named, or of the newest final one. */
export async function findOrigin(rest: ProvenanceClient, asked: OriginAsked): Promise<Asked> {
  const { kpi, region, windowStart } = asked.origin
  const of = async (start: number): Promise<Asked> => {
    const cell = { kpi, region, windowStart: start }
    const [lineage, revisions] = await Promise.all([rest.lineage(cell, asked.readings), rest.revisions(cell)])
    if (isRefused(lineage)) return lineage.refused === 'absent' ? { kind: 'absent' } : failed(lineage.why)
    return { kind: 'found', lineage, revisions: isRefused(revisions) ? [] : revisions }
  }
  const named = windowStart ?? asked.currentStart
  if (named !== null) {
    const found = await of(named)
    // A window may be final a moment before it is stored.
    if (windowStart !== null || found.kind !== 'absent') return found
  }
  const cells = await rest.cellsAt({ time: asked.time, known: 'then', regions: [region], kpis: [kpi] })
  if (isRefused(cells)) return cells.refused === 'absent' ? { kind: 'absent' } : failed(cells.why)
  const [newest] = cells
  return newest ? of(newest.window_start) : { kind: 'absent' }
}

function failed(why: string): Asked {
  return { kind: 'failed', why }
}
