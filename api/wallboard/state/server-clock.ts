/** What is known of the server's clock. Local times are milliseconds of a clock that never jumps. */
export interface ServerClock {
  /** Event time per wall time; 1 outside simulated runs. */
  readonly speed: number
  /** Server time minus speed × local time, as the latest messages said. */
  readonly offsets: readonly number[]
}

const kept = 8

/** A welcome starts anew. */
export function welcomed(serverTime: number, speed: number, at: number): ServerClock {
  return { speed, offsets: [serverTime - speed * at] }
}

export function observed(clock: ServerClock, serverTime: number, at: number): ServerClock {
  return { ...clock, offsets: [...clock.offsets, serverTime - clock.speed * at].slice(-kept) }
}

/** Server time, epoch ms. A message can only be late, so the greatest offset is the least wrong. */
export function serverNow(clock: ServerClock, at: number): number {
  return Math.max(...clock.offsets) + clock.speed * at
}
