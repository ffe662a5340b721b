import { describe, expect, it } from 'vitest'
import {
  advance,
  isFinal,
  position,
  type Stage,
  waitingFrom,
} from '../../../../processors/audit/progress/waiting.ts'
import { logAt, window } from './log-at.ts'

const unknown = () => undefined
const from = (first: Parameters<typeof logAt>[0], ...then: Parameters<typeof logAt>[0][]): Stage | 'over' => {
  let waiting: ReturnType<typeof advance> = waitingFrom(window, logAt(first))
  for (const change of then) waiting = waiting && advance(waiting, window, logAt(change), unknown)
  return waiting?.stage ?? 'over'
}

describe('a window', () => {
  it('is waited for by nobody where everybody has done everything', () => {
    expect(from({}, {})).toBe('over')
  })

  it.each([
    ['aggregate', { counted: 99 }],
    ['rollup', { rolledUp: 19 }],
    ['correct', { corrected: 4 }],
    ['store', { regionalStored: 999 }],
  ] as const)('waits for %s, which is behind', (stage, behind) => {
    expect(from(behind, behind)).toBe(stage)
  })

  it('waits no longer for who has done what there was, whatever came since', () => {
    const later = { high: 900, partialEnd: 80, lateEnd: 50, regionalEnd: 9_000 }
    expect(from({ corrected: 4 }, { corrected: 4 }, { ...later, corrected: 5, regionalStored: 1_000 })).toBe(
      'store',
    )
    expect(
      from(
        { regionalStored: 999 },
        { regionalStored: 999 },
        { ...later, regionalStored: 1_000, counted: 100 },
      ),
    ).toBe('over')
  })

  it('waits for what each one says after the one before is done', () => {
    // What aggregate says of the last readings lies behind the end that kpi.partial had before.
    expect(from({ counted: 99 }, { counted: 100, partialEnd: 30, rolledUp: 20 })).toBe('rollup')
    expect(
      from({ counted: 99 }, { counted: 100, partialEnd: 30, rolledUp: 30, lateEnd: 6, corrected: 5 }),
    ).toBe('correct')
  })

  it('that has seen more than is archived waits for the archive first', () => {
    const waiting = waitingFrom(window, logAt({ archived: 90 }), [100])
    expect(advance(waiting, window, logAt({ archived: 99 }), unknown)?.stage).toBe('archive')
    expect(position(waiting, window, logAt({ archived: 99 }))).toBe(99)
    expect(advance(waiting, window, logAt({}), unknown)).toBeUndefined()
  })

  it('needs no correction where no notice of it is left, whatever else is', () => {
    const behind = { lateEnd: 500, corrected: 5, lateArchived: 500 }
    const waiting = waitingFrom(window, logAt(behind))
    expect(advance(waiting, window, logAt(behind), () => true)?.stage).toBe('correct')
    expect(advance(waiting, window, logAt(behind), () => false)).toBeUndefined()
  })

  it('is final once rollup has told it', () => {
    expect(isFinal(window, logAt({}))).toBe(true)
    expect(isFinal(window, logAt({ closed: window.windowStart - window.sizeMs }))).toBe(false)
    expect(isFinal({ ...window, record: 'parking' }, logAt({}))).toBe(false)
  })
})

it('does not wait for notices that are gone from the log', () => {
  const gone = logAt({ lateEnd: 5, corrected: 0 })
  const expired = { ...gone, corrected: { low: [5], high: [5], done: [0] } }
  expect(advance(waitingFrom(window, expired), window, expired, unknown)).toBeUndefined()
})
