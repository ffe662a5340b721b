import type { LogProgress } from '../../../../processors/audit/progress/log-progress.ts'

const minute = 60_000
export const window = { record: 'rack', windowStart: 4 * minute, sizeMs: minute } as const

/** A log of one partition each, in which everybody has done everything: 100 readings, the windows up to `window` final. */
export function logAt(change: {
  readonly high?: number
  readonly archived?: number
  readonly counted?: number
  readonly countedClosed?: number
  readonly partialEnd?: number
  readonly rolledUp?: number
  readonly closed?: number
  readonly lateEnd?: number
  readonly corrected?: number
  readonly lateArchived?: number
  readonly regionalEnd?: number
  readonly regionalStored?: number
}): LogProgress {
  const { high = 100, partialEnd = 20, lateEnd = 5, regionalEnd = 1_000 } = change
  const { closed = window.windowStart } = change
  return {
    records: new Map([
      [
        'rack',
        {
          base: 0,
          low: [0],
          high: [high],
          archived: [change.archived ?? high],
          aggregated: [{ at: change.counted ?? high, closed: { rack: change.countedClosed ?? closed } }],
        },
      ],
    ]),
    rollup: [{ at: change.rolledUp ?? partialEnd, closed: { rack: closed } }],
    partialEnds: [partialEnd],
    corrected: { low: [0], high: [lateEnd], done: [change.corrected ?? lateEnd] },
    lateArchived: [change.lateArchived ?? lateEnd],
    regional: { low: [0], high: [regionalEnd], done: [change.regionalStored ?? regionalEnd] },
    rejected: { low: [0], high: [0], done: [0] },
  }
}
