import type { CensusWindow } from './census-messages.ts'

/** Start of the newest window that has ended, epoch ms. */
export function newestEnded(now: number, sizeMs: number): number {
  return Math.floor(now / sizeMs) * sizeMs - sizeMs
}

/** The windows from `next` on that have ended, oldest first: more than one after ClickHouse was away. */
export function dueWindows(next: number, now: number, sizeMs: number): readonly CensusWindow[] {
  const due: CensusWindow[] = []
  for (let start = next; start + sizeMs <= now; start += sizeMs) due.push({ start, end: start + sizeMs })
  return due
}
