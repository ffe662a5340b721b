import { type Clock, wallClock } from '../../platform/clock.ts'
import { type DiskLimits, type DiskState, diskState, readDiskSpace } from '../../platform/disk-space.ts'
import { messageOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import { recent } from './recent.ts'

/** Room on the disk that the stores write to. */
export interface DiskReport {
  readonly state: DiskState
  readonly freeBytes: number
}

const keepMs = 2_000

/** @param folder on that disk; where it is empty or cannot be looked at there is no report */
export function diskReports(
  folder: string,
  limits: DiskLimits,
  log: Log,
  clock: Clock = wallClock,
): () => Promise<DiskReport | null> {
  if (folder === '') return async () => null
  let before: DiskState = 'ok'
  const look = async (): Promise<DiskReport | null> => {
    try {
      const space = await readDiskSpace(folder)
      before = diskState(space, limits, before)
      return { state: before, freeBytes: space.freeBytes }
    } catch (error) {
      log.warn({ folder, reason: messageOf(error) }, 'the disk of the data cannot be looked at')
      return null
    }
  }
  return recent(look, keepMs, clock)
}
