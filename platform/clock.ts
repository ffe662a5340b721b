/** Time is a parameter: everything that asks "what time is it" asks a Clock. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
}

export interface ScaledClockOptions {
  /** Wall time, epoch ms, at which scaled and wall time were equal. */
  readonly epochMs: number
  /** Scaled milliseconds per wall millisecond. */
  readonly speed: number
}

export const wallClock: Clock = { now: () => Date.now() }

/** A clock that runs `speed` times as fast as the wall since `epochMs`. */
export function scaledClock({ epochMs, speed }: ScaledClockOptions, wall: Clock = wallClock): Clock {
  if (speed === 1) return wall
  return { now: () => Math.floor(epochMs + (wall.now() - epochMs) * speed) }
}

/** A clock that moves only when told to. */
export class ManualClock implements Clock {
  private ms: number

  constructor(ms = 0) {
    this.ms = ms
  }

  now(): number {
    return this.ms
  }

  set(ms: number): void {
    this.ms = ms
  }

  advance(ms: number): void {
    this.ms += ms
  }
}
