import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Asked, Corrected } from '../../../processors/correct/corrector.ts'
import type { Change } from '../../../processors/recompute/change.ts'
import { recomputeSummary } from '../../../processors/recompute/recompute-summary.ts'
import {
  type RecomputeContext,
  recomputeWindows,
  Stopped,
} from '../../../processors/recompute/recompute-windows.ts'
import type { RegionalMessage } from '../../../processors/regional/regional-message.ts'
import { messageOf, minute, start, totalsOf, windowOf } from './windows.ts'

/** Windows with one county: what is stored of it and what its readings give, both as a number of occupied spaces. */
class Model {
  readonly stored = new Map<number, RegionalMessage>()
  readonly truth = new Map<number, number>()
  readonly open = new Set<number>()
  readonly rounds: number[][] = []
  published: RegionalMessage[] = []
  /** Rounds until the archive holds the readings. */
  behind = 0
  /** Whether the archive stores what is published. */
  archives = true

  window(number: number, truth: number, stored?: number): void {
    const at = start + number * minute
    this.truth.set(at, truth)
    if (stored !== undefined) this.stored.set(at, messageOf('370102', totalsOf(1, stored, 1)))
  }

  get spans() {
    return [...this.truth.keys()].map(at => ({ start: at, sizeMs: minute }))
  }

  context(change: Partial<RecomputeContext> = {}) {
    const changes: Change[] = []
    const context: RecomputeContext = {
      record: 'parking',
      corrector: {
        begin: async () => {
          if (this.archives)
            for (const message of this.published) this.stored.set(message.window_start, message)
        },
        correct: (_record, _sizeMs, asked) => this.correct(asked),
      },
      publisher: {
        publish: async ({ regional = [] }) => {
          this.published.push(...regional)
        },
      },
      ending: new AbortController(),
      patienceMs: 60_000,
      onChanges: (_window, found) => changes.push(...found),
      onDone: () => undefined,
      onWait: () => undefined,
      archived: () => Promise.resolve(0),
      ...change,
    }
    return { context, changes }
  }

  private async *correct(asked: readonly Asked[]): AsyncGenerator<[Asked, Corrected]> {
    this.rounds.push(asked.map(({ windowStart }) => (windowStart - start) / minute))
    const behind = this.behind-- > 0
    for (const one of asked) {
      const { windowStart } = one
      if (behind) yield [one, { outcome: 'not_archived' }]
      else if (this.open.has(windowStart)) yield [one, { outcome: 'not_final' }]
      else {
        const stored = this.stored.get(windowStart)
        const window = windowOf(stored ? [stored] : [], windowStart)
        const computed = messageOf(
          '370102',
          totalsOf(1, this.truth.get(windowStart)!, 1),
          (stored?.revision ?? 0) + 1,
        )
        const message = { ...computed, window_start: windowStart, window_end: windowStart + minute }
        const isRight = stored?.measures.every((measure, i) => measure === message.measures[i]) === true
        yield [one, { outcome: 'computed', window, messages: isRight ? [] : [message] }]
      }
    }
  }
}

function threeWindows(): Model {
  const model = new Model()
  model.window(0, 50, 50)
  model.window(1, 50, 70)
  model.window(2, 30)
  model.window(3, 40, 60)
  model.open.add(start + 3 * minute)
  return model
}

it('publishes what differs, counts it, and looks at it again', async () => {
  const model = threeWindows()
  const { context, changes } = model.context()
  const { tally, stopped, failure } = await recomputeWindows(model.spans, context)
  expect({ stopped, failure }).toEqual({ stopped: false, failure: undefined })
  expect(tally).toMatchObject({
    unchanged: 1,
    corrected: 1,
    first: 1,
    revisions: 2,
    lookedAt: 4,
    unsettled: [],
  })
  // Occupancy and free spaces of the window that was stored; nothing stood in the place of the other one's.
  expect(tally.kpiValues).toBe(2)
  expect(tally.open).toEqual([start + 3 * minute])
  expect(model.published.map(({ revision }) => revision)).toEqual([2, 1])
  expect(model.rounds).toEqual([
    [0, 1, 2, 3],
    [1, 2],
  ])
  expect(changes).toHaveLength(2)
  const again = await recomputeWindows(model.spans, context)
  expect(again.tally).toMatchObject({ unchanged: 3, corrected: 0, first: 0, revisions: 0 })
})

it('publishes nothing in a dry run', async () => {
  const model = threeWindows()
  const { publisher: _, ...context } = model.context().context
  const { tally } = await recomputeWindows(model.spans, context)
  expect(tally).toMatchObject({ unchanged: 1, corrected: 1, first: 1 })
  expect(model.published).toEqual([])
  expect(model.rounds).toHaveLength(1)
})

it('goes on in parts, and stops between them when asked to', async () => {
  const model = new Model()
  for (let i = 0; i < 200; i++) model.window(i, i, i)
  const ending = new AbortController()
  let done = 0
  const { context } = model.context({
    ending,
    onDone: windows => {
      done += windows
      if (done === 70) ending.abort(new Stopped())
    },
  })
  const result = await recomputeWindows(model.spans, context)
  expect(result).toMatchObject({ stopped: true })
  expect(result.failure).toBeUndefined()
  expect(model.rounds.map(round => round.length)).toEqual([64, 64])
  expect(done).toBe(128)
  expect(result.tally.lookedAt).toBe(128)
})

it('waits for what the archive does not hold yet', async () => {
  const model = threeWindows()
  model.behind = 1
  const { tally } = await recomputeWindows(model.spans, model.context().context)
  expect(tally).toMatchObject({ unchanged: 1, corrected: 1, first: 1, lookedAt: 4 })
})

it('gives up when nothing comes from the archive, and says so', async () => {
  const model = threeWindows()
  model.behind = Number.POSITIVE_INFINITY
  const { failure, stopped } = await recomputeWindows(model.spans, model.context({ patienceMs: 20 }).context)
  expect(failure).toMatchObject({ code: 'archive_behind' })
  expect(stopped).toBe(false)
})

it('waits for an archive that goes on, however long it takes', async () => {
  const model = threeWindows()
  const patienceMs = 200
  const told: number[] = []
  const { context } = model.context({ patienceMs, onWait: messages => told.push(messages) })
  const { begin, correct } = context.corrector
  const corrector: RecomputeContext['corrector'] = {
    correct,
    begin: async onWait => {
      const until = performance.now() + 3 * patienceMs
      for (let messages = 1_000; performance.now() < until; messages--) {
        onWait?.(messages)
        await sleep(5)
      }
      await begin()
    },
  }
  const { failure, tally } = await recomputeWindows(model.spans, { ...context, corrector })
  expect(failure).toBeUndefined()
  expect(tally.lookedAt).toBe(4)
  expect(told.slice(0, 2)).toEqual([1_000, 999])
  expect(told.at(-1)).toBe(0)
})

it('names windows that are stored otherwise than published, however often', async () => {
  const model = threeWindows()
  model.archives = false
  const { tally } = await recomputeWindows(model.spans, model.context().context)
  expect(tally.unsettled).toEqual([start + minute, start + 2 * minute])
  expect(tally).toMatchObject({ corrected: 1, first: 1 })
  expect(model.published).toHaveLength(6)
})

it('tells of what was done until it failed', async () => {
  const model = threeWindows()
  const { context } = model.context({
    publisher: { publish: () => Promise.reject(new Error('broker away')) },
  })
  const { tally, failure } = await recomputeWindows(model.spans, context)
  expect(failure).toMatchObject({ message: 'broker away' })
  expect(tally.unchanged).toBe(1)
})

it('sums up in lines that name what was not done', async () => {
  const model = threeWindows()
  const { tally } = await recomputeWindows(model.spans, model.context().context)
  const options = { record: 'parking', fromMs: start, toMs: start + 10 * minute, dryRun: false } as const
  const summary = { options, windows: 4, tally, overlapping: [start + 5 * minute], stopped: true }
  expect(recomputeSummary(summary).split('\n')).toEqual([
    'parking, 2026-08-01T00:00:00.000Z .. 2026-08-01T00:10:00.000Z: 4 of 4 windows looked at',
    '  unchanged: 1',
    '  corrected: 1',
    '  published for the first time: 1',
    '  still open: 1 (2026-08-01T00:03:00.000Z)',
    '  KPI values changed: 2',
    '  messages published: 2',
    '  left out: 1 with unpublished readings, which overlap stored windows of another size (2026-08-01T00:05:00.000Z)',
    'stopped before the end; run it again for the rest',
  ])
  expect(recomputeSummary({ ...summary, options: { ...options, dryRun: true } })).toContain(
    'would be corrected: 1',
  )
})

it('says where the first window starts that is not done', async () => {
  const model = new Model()
  for (let i = 0; i < 130; i++) model.window(i, i, i)
  model.open.add(start + 3 * minute)
  const { context } = model.context()
  const { correct } = context.corrector
  let rounds = 0
  const corrector = {
    ...context.corrector,
    correct: (...asked: Parameters<typeof correct>) => {
      if (++rounds === 2) throw new Error('socket hang up')
      return correct(...asked)
    },
  }
  const ended = await recomputeWindows(model.spans, { ...context, corrector })
  expect(ended).toMatchObject({ stopped: false, rest: start + 64 * minute })
  expect(ended.failure).toEqual(new Error('socket hang up'))
  expect((await recomputeWindows(model.spans, context)).rest).toBeUndefined()
})
