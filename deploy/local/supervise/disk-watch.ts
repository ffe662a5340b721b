import { setTimeout as delay } from 'node:timers/promises'
import {
  type DiskLimits,
  type DiskState,
  diskState,
  mebibyte,
  readDiskSpace,
} from '../../../platform/disk-space.ts'
import { messageOf } from '../../../platform/errors.ts'
import type { Console } from '../console/console.ts'

export interface DiskWatchOptions {
  /** A folder that is there. */
  readonly folder: string
  readonly limits: DiskLimits
  readonly console: Console
  /** ms */
  readonly everyMs?: number
}

/** Knows whether there is room on the disk of the data, and says so when that changes. */
export class DiskWatch {
  private readonly options: DiskWatchOptions
  private readonly everyMs: number
  private timer: NodeJS.Timeout | undefined
  private state: DiskState = 'ok'
  private blind = false

  constructor(options: DiskWatchOptions) {
    this.options = options
    this.everyMs = options.everyMs ?? 5_000
  }

  async start(): Promise<void> {
    await this.look()
    this.timer ??= setInterval(() => void this.look(), this.everyMs).unref()
  }

  stop(): void {
    clearInterval(this.timer)
    this.timer = undefined
  }

  /** Resolves once there is room, for which `part` waits, or when the signal aborts. */
  async untilRoom(part: string, signal: AbortSignal): Promise<void> {
    const { console } = this.options
    if ((await this.look()) !== 'full') return
    console.event('warn', part, 'waits for room on the disk before it starts')
    while (!signal.aborted && (await this.look()) === 'full') {
      await delay(this.everyMs, undefined, { signal }).catch(() => undefined)
    }
  }

  private async look(): Promise<DiskState> {
    const { folder, limits, console } = this.options
    try {
      const space = await readDiskSpace(folder)
      const before = this.state
      this.blind = false
      this.state = diskState(space, limits, before)
      if (this.state !== before) this.tell(before, Math.floor(space.freeBytes / mebibyte))
    } catch (error) {
      // Nothing is held back for a disk that cannot be looked at.
      if (!this.blind) console.event('warn', 'disk', `cannot look at ${folder}`, { reason: messageOf(error) })
      this.blind = true
      this.state = 'ok'
    }
    return this.state
  }

  private tell(before: DiskState, freeMib: number): void {
    const { folder, console } = this.options
    switch (this.state) {
      case 'full':
        console.event('error', 'disk', `disk full: ${folder}; what needs room waits, and goes on by itself`, {
          freeMib,
        })
        return
      case 'low':
        console.event(
          'warn',
          'disk',
          `${before === 'full' ? 'room again, but little' : 'little room'}: ${folder}`,
          {
            freeMib,
          },
        )
        return
      case 'ok':
        console.event('info', 'disk', `room again: ${folder}`, { freeMib })
    }
  }
}
