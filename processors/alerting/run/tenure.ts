import { randomUUID } from 'node:crypto'
import type { OpenLog } from '../../../platform/epochs/open-log.ts'
import type { LogPosition } from '../../task/log-position.ts'
import type { AlertEngine } from '../engine/alert-engine.ts'
import type { Notifier } from '../out/notifier.ts'
import type { AlertWriter } from './alert-publisher.ts'
import type { Commit } from './first-position.ts'

/** The time in which nobody but this member owns kpi.regional: what it knows ends with it. */
export class Tenure {
  private readonly id = randomUUID()
  /** Resolves when everything that was known is there again. */
  readonly ready: Promise<Owned>
  private turns: Promise<unknown> = Promise.resolve()

  constructor(load: () => Promise<Owned>) {
    this.ready = load()
  }

  /** What stands in its commits. */
  commitMetadata({ log }: OpenLog): string {
    return JSON.stringify({ log, tenure: this.id })
  }

  /** One thing after the other: windows, commands, the time and rules all change the same alerts. */
  inTurn<T>(work: (owned: Owned) => Promise<T>): Promise<T> {
    const done = this.turns.then(async () => work(await this.ready))
    // Whoever gave it hears of its failure.
    this.turns = done.catch(() => undefined)
    return done
  }

  /**
   * Why what is known has to be read again after the session was lost; null where it holds. It holds where nobody else
   * has owned the partition meanwhile in a way that counts, which is where whoever read it again would read nothing but
   * what this tenure read and wrote itself:
   *
   * - All that an owner does is written to alerting's topics before anybody is told of it, the rules at its very begin.
   *   Those logs have one partition each and grow at their end only. Where every append of this tenure began where the
   *   one before it ended, and the logs end where the last one did, nobody else appended anything (`OwnAppends`).
   * - What an owner judged without a word to say, it commits. The commit is this tenure's, or the one that it began at.
   *   Kafka refuses commits of members of an earlier generation of the group, so none comes later.
   * - So the topics hold what was read and written here, up to the commit; the windows from there to the position of
   *   this tenure, judged again, would lead to the alerts that are known here: judging is a function of the log.
   *
   * What another owner has still under way while this is asked would not be read either: it is the same as what a process
   * writes that slept, and counts as little.
   */
  async mayBeOutdated({ writer, begin, log }: Owned, commit: Commit): Promise<string | null> {
    const isOurs =
      commit.metadata === this.commitMetadata(log) ||
      (commit.offset === begin.offset && commit.metadata === begin.metadata)
    if (!isOurs) return 'another instance has committed'
    return (await writer.isAlone()) ? null : 'another instance has written'
  }
}

export interface Owned {
  readonly engine: AlertEngine
  /** Offsets; the engine knows places. */
  readonly position: LogPosition
  /** What kpi.regional is. */
  readonly log: OpenLog
  readonly notifier: Notifier
  readonly writer: AlertWriter
  /** The commit at which this tenure began. */
  readonly begin: Commit
}
