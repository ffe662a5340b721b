import { fstatSync, writeSync } from 'node:fs'
import { isDiskFailure } from './disk-space.ts'

/**
 * Writes lines to a file that is open, as when stdout is one. While the disk is full they are lost and counted, and the
 * next one that can be written says so. (A stream of Node's gives a file up at its first error.)
 */
export class FileLines {
  private readonly fd: number
  private readonly lost: (lines: number) => string
  private missing = 0
  private torn = false

  /** @param lost the line that says how many lines are not there; without its end */
  constructor(fd: number, lost: (lines: number) => string) {
    this.fd = fd
    this.lost = lost
  }

  /** @param text one line or several, with their ends */
  write(text: string): void {
    const before = `${this.torn ? '\n' : ''}${this.missing > 0 ? `${this.lost(this.missing)}\n` : ''}`
    const bytes = Buffer.from(before + text)
    let written = 0
    try {
      while (written < bytes.length) written += writeSync(this.fd, bytes, written)
      this.missing = 0
      this.torn = false
    } catch (error) {
      if (!isDiskFailure(error)) throw error
      this.missing += 1
      if (written > 0) this.torn = true
    }
  }
}

/** Whether an open file is one on a disk, and not a terminal, a pipe or a device. */
export function isDiskFile(fd: number): boolean {
  return fstatSync(fd).isFile()
}
