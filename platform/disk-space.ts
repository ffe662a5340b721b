import { statfs } from 'node:fs/promises'
import { Type } from 'typebox'
import { type Config, setting } from './config.ts'

/** Whoever watches a disk of the data has these. */
export const diskSettings = {
  diskLowMib: setting({
    env: 'DISK_LOW_MIB',
    type: Type.Integer({ minimum: 0 }),
    fallback: 1024,
    describe: 'less room than this on the disk of the data is warned of, MiB',
  }),
  diskFullMib: setting({
    env: 'DISK_FULL_MIB',
    type: Type.Integer({ minimum: 0 }),
    fallback: 64,
    describe: 'with less room than this the disk of the data counts as full, MiB',
  }),
}

export type DiskLimits = Config<typeof diskSettings>

/** full: what needs room waits. low: somebody should make room. */
export type DiskState = 'ok' | 'low' | 'full'

export interface DiskSpace {
  /** What a process without special rights may still write. */
  readonly freeBytes: number
  /** How many more files there may be; null where the file system has no such limit. */
  readonly freeFiles: number | null
}

export const mebibyte = 1024 * 1024
/** A state that has begun ends this much above its limit, so that a disk at its limit is not spoken of again and again. */
const endsAt = 1.2

/** @param before the state until now */
export function diskState(space: DiskSpace, limits: DiskLimits, before: DiskState = 'ok'): DiskState {
  const freeMib = space.freeBytes / mebibyte
  const full = limits.diskFullMib * (before === 'full' ? endsAt : 1)
  if (freeMib < full || space.freeFiles === 0) return 'full'
  return freeMib < limits.diskLowMib * (before === 'ok' ? 1 : endsAt) ? 'low' : 'ok'
}

/** @throws Error of the operating system, as where there is no such folder */
export async function readDiskSpace(folder: string): Promise<DiskSpace> {
  const { bavail, bsize, files, ffree } = await statfs(folder)
  return { freeBytes: bavail * bsize, freeFiles: files > 0 ? ffree : null }
}

/** Whether a write failed because the disk, or the share of it that one may have, is full. */
export function isDiskFull(error: unknown): boolean {
  return hasCode(error, ['ENOSPC', 'EDQUOT'])
}

/** Whether a write failed because of the disk: full, or broken, or out of reach. */
export function isDiskFailure(error: unknown): boolean {
  return isDiskFull(error) || hasCode(error, ['EIO', 'EROFS'])
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
