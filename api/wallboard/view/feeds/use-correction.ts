import { useEffect, useState } from 'preact/hooks'
import type { Revision } from '../../protocol/parse-lineage.ts'
import { isRefused } from '../../protocol/rest-client.ts'
import type { Current } from '../../state/cell-book.ts'
import { useShared } from '../wall-context.ts'

export interface Correction {
  /** The value before; null where it had none or it is not known yet. */
  readonly was: number | null
  /** When the correction was computed, epoch ms; null while that is asked. */
  readonly at: number | null
  /** Why, as the log says it. */
  readonly reason: string | null
}

/** What a corrected value was before, when it changed and why; null for all other values. */
export function useCorrection(current: Current | undefined): Correction | null {
  const { provenance } = useShared()
  const cell = current?.cell.status === 'corrected' ? current.cell : null
  const question = cell && [cell.kpi, cell.region, cell.window_start, cell.revision].join('|')
  const [held, hold] = useState<{ readonly question: string; readonly revision: Revision } | null>(null)
  useEffect(() => {
    if (!cell || question === null) return
    let isWanted = true
    const { kpi, region, window_start: windowStart } = cell
    void provenance.revisions({ kpi, region, windowStart }).then(answer => {
      const revision = isRefused(answer)
        ? undefined
        : answer.find(stored => stored.revision === cell.revision)
      if (isWanted && revision) hold({ question, revision })
    })
    return () => {
      isWanted = false
    }
  }, [question])
  if (!cell) return null
  const revision = held && held.question === question ? held.revision : null
  return {
    // What this page saw is there at once.
    was: revision?.value_before ?? current?.was ?? null,
    at: revision?.computed_at ?? null,
    reason: revision?.reason ?? null,
  }
}
