import { setTimeout as sleep } from 'node:timers/promises'
import { CodedError } from '../../platform/errors.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import type { Asked, Corrector } from '../correct/corrector.ts'
import type { WindowToCorrect } from '../correct/window-to-correct.ts'
import type { Publisher } from '../publish/publisher.ts'
import type { RegionalMessage } from '../regional/regional-message.ts'
import { type Change, changeOf } from './change.ts'
import type { WindowSpan } from './choose-windows.ts'
import { Tally } from './tally.ts'

export interface RecomputeContext {
  readonly record: RecordId
  /** Only these counties, with their ancestors; all when absent. */
  readonly counties?: ReadonlySet<string>
  readonly corrector: Pick<Corrector, 'begin' | 'correct'>
  /** How many messages of the record type the archive has stored. */
  readonly archived: () => Promise<number>
  /** Absent in a dry run. */
  readonly publisher?: Pick<Publisher, 'publish'>
  /** The corrector's signal; aborted with `Stopped` it ends the run after the windows at hand. */
  readonly ending: AbortController
  /** How long the archive may store nothing while it is waited for, ms of wall time. */
  readonly patienceMs: number
  /** Told what differs in a window, before it is published. */
  readonly onChanges: (window: WindowToCorrect, changes: readonly Change[]) => void
  /** Told that so many windows are done. */
  readonly onDone: (windows: number) => void
  /** Told of how many messages the archive has to store before anything goes on; 0 when it has. */
  readonly onWait: (messages: number) => void
}

/** Somebody wants it to end. */
export class Stopped extends Error {
  constructor() {
    super('stopped')
  }
}

export interface Recomputed {
  readonly tally: Tally
  readonly stopped: boolean
  /** Why it ended early. What was published until then stays. */
  readonly failure?: unknown
  /** Where the first window starts that is not done, epoch ms; absent when all are. */
  readonly rest?: number | undefined
}

/** Windows of one round: between two rounds everything else gets its turn. */
const windowsAtOnce = 64
/** A window that differs after this many publications is given up. */
const mostPublications = 3
const waitMs = 500

/**
 * Computes windows anew from their readings, a part at a time, and publishes what differs. What was published is looked
 * at again with the next part, once the archive has stored it: in the end the stored values are the computed ones, even
 * where a correction of the same window came in between.
 */
export async function recomputeWindows(
  windows: readonly WindowSpan[],
  context: RecomputeContext,
): Promise<Recomputed> {
  const run = new Run(context)
  const { signal } = context.ending
  try {
    await run.over(windows)
    return { tally: run.tally, stopped: false }
  } catch (error) {
    const failure: unknown = signal.aborted ? signal.reason : error
    const ended = { tally: run.tally, rest: run.rest(windows) }
    if (failure instanceof Stopped) return { ...ended, stopped: true }
    return { ...ended, stopped: false, failure }
  }
}

class Run {
  readonly tally = new Tally()
  private readonly context: RecomputeContext
  private readonly publications = new Map<WindowSpan, number>()
  private readonly done = new Set<WindowSpan>()
  private watchdog: NodeJS.Timeout | undefined
  /** That were waited for when last asked. */
  private messages = 0
  private archived = 0

  constructor(context: RecomputeContext) {
    this.context = context
  }

  /** Where the first window starts that is not done; `windows` are in the order of their starts. */
  rest(windows: readonly WindowSpan[]): number | undefined {
    return windows.find(window => !this.done.has(window))?.start
  }

  async over(windows: readonly WindowSpan[]): Promise<void> {
    const { corrector, ending } = this.context
    let next = 0
    let again: readonly WindowSpan[] = []
    let idle = false
    try {
      while (next < windows.length || again.length > 0) {
        ending.signal.throwIfAborted()
        this.watch()
        await corrector.begin(messages => this.waitFor(messages))
        this.waitFor(0)
        if (!idle) this.unwatch()
        const round = [...again, ...windows.slice(next, next + windowsAtOnce)]
        next += windowsAtOnce
        const { waiting, published } = await this.round(round)
        idle = waiting.length === round.length
        if (idle) {
          await this.watchArchived()
          await sleep(waitMs, undefined, { signal: ending.signal })
        } else this.unwatch()
        again = [...waiting, ...published]
      }
    } finally {
      this.unwatch()
    }
  }

  private async round(round: readonly WindowSpan[]) {
    const { corrector, record, counties } = this.context
    const waiting: WindowSpan[] = []
    const published: WindowSpan[] = []
    for (const [sizeMs, spans] of Map.groupBy(round, ({ sizeMs }) => sizeMs)) {
      const asked = new Map(
        spans.map((span): [Asked, WindowSpan] => [
          { windowStart: span.start, ...(counties ? { counties, anew: true } : {}) },
          span,
        ]),
      )
      for await (const [one, result] of corrector.correct(record, sizeMs, [...asked.keys()], 'recompute')) {
        const span = asked.get(one)
        if (!span) continue
        switch (result.outcome) {
          case 'not_archived':
            waiting.push(span)
            break
          case 'not_final':
            this.tally.open.push(span.start)
            this.finish(span)
            break
          case 'computed':
            if (await this.settle(span, result.window, result.messages)) this.finish(span)
            else published.push(span)
            break
        }
      }
    }
    return { waiting, published }
  }

  private finish(span: WindowSpan): void {
    this.done.add(span)
    this.context.onDone(1)
  }

  /** Whether nothing is left to do for the window. */
  private async settle(
    span: WindowSpan,
    window: WindowToCorrect,
    messages: readonly RegionalMessage[],
  ): Promise<boolean> {
    const { publisher, onChanges } = this.context
    const publications = this.publications.get(span) ?? 0
    if (messages.length > 0 && publications >= mostPublications) {
      this.tally.unsettled.push(span.start)
      return true
    }
    const changes = messages.map(message => changeOf(message, window))
    this.tally.take(window, changes)
    if (changes.length > 0) onChanges(window, changes)
    if (!publisher || messages.length === 0) return true
    await publisher.publish({ regional: messages })
    this.publications.set(span, publications + 1)
    return false
  }

  /** An archive that is behind and goes on is waited for, however long it takes. */
  private waitFor(messages: number): void {
    if (messages < this.messages && messages > 0) {
      this.unwatch()
      this.watch()
    }
    if (messages !== this.messages) this.context.onWait(messages)
    this.messages = messages
  }

  /** The same where windows wait for readings. */
  private async watchArchived(): Promise<void> {
    const archived = await this.context.archived()
    if (archived > this.archived) this.unwatch()
    this.archived = archived
    this.watch()
  }

  private watch(): void {
    const { ending, patienceMs } = this.context
    this.watchdog ??= setTimeout(() => ending.abort(archiveBehind(patienceMs)), patienceMs)
  }

  private unwatch(): void {
    clearTimeout(this.watchdog)
    this.watchdog = undefined
  }
}

function archiveBehind(patienceMs: number): CodedError {
  return new CodedError(
    'archive_behind',
    `the archive stored nothing for ${patienceMs / 1000} s of what was published and received before`,
    {
      hint: 'is the archive running? citybrain_archive_lag_messages says how far behind it is',
    },
  )
}
