import { execFileSync } from 'node:child_process'
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Why no small disk can be mounted here, or null. */
export function noSmallDisk(): string | null {
  if (process.platform !== 'linux') return 'a small disk is a tmpfs, which needs Linux'
  if (process.getuid?.() !== 0) return 'mounting a small disk needs root'
  return null
}

const ballastName = 'ballast'
const chunk = Buffer.alloc(1024 * 1024)

/** A real file system of a few MiB in memory, which can be filled to its last byte. */
export class SmallDisk {
  readonly folder: string
  private mounted = true
  private readonly onExit = () => this.unmount()

  private constructor(folder: string) {
    this.folder = folder
    process.on('exit', this.onExit)
  }

  /** @throws Error where `noSmallDisk` says why */
  static mount(folder: string, sizeMib: number): SmallDisk {
    mkdirSync(folder, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMib}m`, 'citybrain-test', folder])
    return new SmallDisk(folder)
  }

  /**
   * Takes all room there is. Called again it takes what others have given back since.
   * @param leaveMib so much is left
   */
  fill(leaveMib = 0): void {
    const file = openSync(join(this.folder, ballastName), 'a')
    try {
      for (let size = chunk.length; size >= 1 && this.freeBytes() > leaveMib * chunk.length; ) {
        try {
          writeSync(file, chunk, 0, size)
        } catch (error) {
          if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
          size = size > 4096 ? size / 2 : size === 4096 ? 1 : 0
        }
      }
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  }

  /** Gives back what `fill` took. */
  relieve(): void {
    rmSync(join(this.folder, ballastName), { force: true })
  }

  freeBytes(): number {
    const { bfree, bsize } = statfsSync(this.folder)
    return bfree * bsize
  }

  /** Whoever still has a file open there keeps it; the folder is empty from now on. May be called again. */
  unmount(): void {
    if (!this.mounted) return
    this.mounted = false
    process.off('exit', this.onExit)
    execFileSync('umount', ['--lazy', this.folder])
  }
}
