import { describe, expect, it } from 'vitest'
import { emptyTally, type Series, type WindowLook } from '../../../../processors/audit/checks/look.ts'
import type { Difference } from '../../../../processors/audit/report/difference.ts'
import {
  differencesOf,
  progressed,
  type Suspect,
  seenAgain,
  suspectOf,
} from '../../../../processors/audit/settle/suspect.ts'
import { verdictOf } from '../../../../processors/audit/settle/verdict.ts'
import { logAt, window } from '../progress/log-at.ts'

const series: Series = { record: 'rack', sizeMs: window.sizeMs }
const difference = (stored: number, region = '370102', version = 7): Difference => ({
  check: 'measures',
  record: 'rack',
  name: 'it_power_w',
  region,
  windowStart: window.windowStart,
  windowEnd: window.windowStart + window.sizeMs,
  stored,
  recomputed: 100,
  revision: 1,
  version,
})
const look = (...differences: Difference[]): WindowLook => ({
  windowStart: window.windowStart,
  tally: emptyTally,
  differences,
  rows: differences.length,
  ahead: false,
})
const none = () => undefined
const settleMs = 60_000

/** A round at `now`: everybody gets on, then the window is looked at. */
function round(
  suspect: Suspect | undefined,
  change: Parameters<typeof logAt>[0],
  seen: WindowLook | undefined,
  now = 1_000,
): Suspect | undefined {
  const progress = logAt(change)
  return suspect && seenAgain(progressed(suspect, progress, none, now), seen, progress, now)
}

describe('a window that differs', () => {
  it('is wrong when it still does, after everything that could change it was done', () => {
    const suspect = round(suspectOf(series, look(difference(90)), logAt({}), 0), {}, look(difference(90)))
    expect(suspect?.state.kind).toBe('wrong')
    expect(suspect && verdictOf(suspect, 1_000, settleMs)).toMatchObject({ kind: 'different', untold: 0 })
  })

  it('was moving when it does no longer', () => {
    expect(round(suspectOf(series, look(difference(90)), logAt({}), 0), {}, undefined)).toBeUndefined()
  })

  it('is moving while a correction is due, however often it is looked at', () => {
    let suspect: Suspect | undefined = suspectOf(series, look(difference(90)), logAt({ corrected: 3 }), 0)
    for (let i = 0; i < 5; i++) suspect = round(suspect, { corrected: 4 }, look(difference(90)), 1_000)
    expect(suspect?.state.kind).toBe('waiting')
    expect(suspect && verdictOf(suspect, 2_000, settleMs)).toEqual({
      kind: 'moving',
      reason: 'a correction is due',
    })
  })

  it('differs when nothing happens for too long, and says who is waited for', () => {
    let suspect: Suspect | undefined = suspectOf(series, look(difference(90)), logAt({ corrected: 4 }), 0)
    suspect = round(suspect, { corrected: 4 }, look(difference(90)), 1_000)
    suspect = round(suspect, { corrected: 4 }, look(difference(90)), 70_000)
    expect(suspect && verdictOf(suspect, 70_000, settleMs)).toMatchObject({
      kind: 'different',
      differences: [{ note: 'nothing happened for 69 s: a correction is due' }],
    })
  })

  it('begins to be waited for again when it was told anew and is wrong in another way', () => {
    let suspect: Suspect | undefined = suspectOf(series, look(difference(90)), logAt({}), 0)
    suspect = round(suspect, {}, look(difference(95, '370102', 8)))
    expect(suspect?.state.kind).toBe('waiting')
    suspect = round(suspect, {}, look(difference(95, '370102', 8)))
    expect(suspect?.state.kind).toBe('wrong')
  })

  it('is wrong where it stays wrong, whatever comes and goes beside it', () => {
    let suspect: Suspect | undefined = suspectOf(
      series,
      look(difference(90), difference(1, '370103')),
      logAt({ corrected: 4 }),
      0,
    )
    suspect = round(suspect, { corrected: 4 }, look(difference(90), difference(2, '370103', 8)))
    suspect = round(suspect, {}, look(difference(90), difference(3, '370103', 9)))
    expect(suspect?.state.kind).toBe('wrong')
    expect(suspect && differencesOf(suspect)).toEqual([difference(90)])
  })

  it('is moving before it is final, and judged from then on', () => {
    const open = { closed: window.windowStart - window.sizeMs }
    const suspect = suspectOf(series, look(difference(90)), logAt(open), 0)
    expect(verdictOf(suspect, 1e9, settleMs)).toEqual({ kind: 'moving', reason: 'not final yet' })
    expect(progressed(suspect, logAt(open), none, 1)).toBe(suspect)
    const final = round(suspect, {}, look(difference(90)))
    expect(round(final, {}, look(difference(90)))?.state.kind).toBe('wrong')
  })

  it('is not compared before what it has seen is archived', () => {
    const ahead = { ...look({ ...difference(90), check: 'progress' as const }), ahead: true }
    let suspect: Suspect | undefined = suspectOf(series, ahead, logAt({ archived: 90 }), 0)
    suspect = round(suspect, { archived: 95 }, ahead)
    expect(suspect && verdictOf(suspect, 2_000, settleMs)).toMatchObject({ kind: 'moving' })
    expect(round(suspect, {}, undefined)).toBeUndefined()
  })
})

it('counts rows that are not told of', () => {
  const many = { ...look(difference(1), difference(2, '370103')), rows: 136 }
  const suspect = round(suspectOf(series, many, logAt({}), 0), {}, many)
  expect(suspect && verdictOf(suspect, 1, settleMs)).toMatchObject({ untold: 134 })
})
