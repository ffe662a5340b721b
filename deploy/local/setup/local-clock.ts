import { Type } from 'typebox'
import { type Clock, type ScaledClockOptions, scaledClock, wallClock } from '../../../platform/clock.ts'
import { CodedError } from '../../../platform/errors.ts'
import { readStateFile, StateFile, type StateFileOptions } from './state-file.ts'

/** The clock of an installation, as `clock.json` keeps it. */
const ClockState = Type.Object({
  epochMs: Type.Integer({ minimum: 0 }),
  speed: Type.Number({ exclusiveMinimum: 0 }),
  /** Wall time (epoch ms) up to which processes may have used this clock. */
  usedUntilMs: Type.Integer({ minimum: 0 }),
})
export interface ClockState extends ScaledClockOptions {
  readonly usedUntilMs: number
}

/**
 * The clock of the next run. Event time must never go back, or the readings of the new run would be late for windows the
 * old run closed. So it starts where the last run's clock was when it stopped, or at the wall's time if that is later,
 * and counts `speed` from there. (It does not run on while nothing runs: at speed 60 an hour's pause would be a gap of
 * two and a half days.) `epochMs` is where the line through that point meets the wall's, as platform/clock.ts has it:
 * now = epoch + (wall - epoch) * speed.
 * @throws CodedError `clock_would_go_back` at speed 1, which has no epoch to choose, when the data are ahead of the wall
 */
export function resumeClock(last: ClockState | null, speed: number, wallMs: number): ScaledClockOptions {
  const lastMs = last ? clockAt(last, Math.min(wallMs, last.usedUntilMs)) : wallMs
  const aheadMs = Math.max(0, lastMs - wallMs)
  if (aheadMs === 0) return { epochMs: wallMs, speed }
  // Rounded towards a later now.
  const epochMs =
    speed > 1 ? Math.floor(wallMs - aheadMs / (speed - 1)) : Math.ceil(wallMs + aheadMs / (1 - speed))
  if (speed === 1 || epochMs < 0 || !Number.isSafeInteger(epochMs)) {
    throw new CodedError(
      'clock_would_go_back',
      `the data reach ${new Date(lastMs).toISOString()}, which at speed ${speed} is still to come`,
      {
        hint: `start with --speed ${last?.speed ?? speed} again, with another --data-dir, or after \`npm run reset\``,
      },
    )
  }
  return { epochMs, speed }
}

/** @throws CodedError `clock_state_broken` */
export function readClockState(path: string): ClockState | null {
  return readStateFile(
    path,
    ClockState,
    reason =>
      new CodedError('clock_state_broken', `${path} is not a clock's state: ${reason}`, {
        hint: 'remove it; event time then starts at the wall clock',
      }),
  )
}

const renewMs = 20_000
/** How long processes may outlive a launcher that was killed. */
const outliveMs = 60_000

/**
 * Keeps `clock.json` while the system runs. It says how far the clock may have been read, some time ahead: so it holds
 * even when the launcher is killed. While it cannot be written it says less than that: a launcher that is killed on a full
 * disk, after more than a minute of it, may resume a fast clock (--speed) earlier than it was.
 */
export class ClockFile {
  private readonly file: StateFile
  private readonly clock: ScaledClockOptions
  private readonly wall: Clock
  private timer: NodeJS.Timeout | undefined

  constructor(file: StateFileOptions, clock: ScaledClockOptions, wall: Clock = wallClock) {
    this.file = new StateFile(file)
    this.clock = clock
    this.wall = wall
  }

  start(): void {
    this.write(this.wall.now() + renewMs + outliveMs)
    this.timer = setInterval(() => this.write(this.wall.now() + renewMs + outliveMs), renewMs)
    this.timer.unref()
  }

  /** Call when no process reads the clock any more. */
  stop(): void {
    if (!this.timer) return
    clearInterval(this.timer)
    this.timer = undefined
    this.write(this.wall.now())
    this.file.close()
  }

  private write(usedUntilMs: number): void {
    const state: ClockState = { ...this.clock, usedUntilMs }
    this.file.put(`${JSON.stringify(state)}\n`)
  }
}

function clockAt(clock: ScaledClockOptions, wallMs: number): number {
  return scaledClock(clock, { now: () => wallMs }).now()
}
