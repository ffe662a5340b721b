import { cpSync, renameSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Console } from '../../../deploy/local/console/console.ts'
import { DiskWatch } from '../../../deploy/local/supervise/disk-watch.ts'
import { SmallDisk } from '../../small-disk.ts'
import type { Member } from './member.ts'

const sizeMib = 512
/** Less than a member needs to start, and more than it leaves when its disk is full. */
const limits = { diskLowMib: 16, diskFullMib: 16 }
/** Less than ClickHouse keeps free (64 MiB), and for longer than its merges take in a run. */
const almostFullMib = 32
const almostFullMs = 5_000
/** What a member gives back, as when it removes a file, is taken again this often. */
const refillMs = 500
/** A broker that starts after kill -9 takes a minute on a busy machine. */
const longestMs = 180_000

/** The small disk that a member's data is on, and its supervisor's view of it. */
export class MemberDisk {
  readonly watch: DiskWatch
  private readonly disk: SmallDisk
  private refill: NodeJS.Timeout | undefined

  constructor(dataDir: string, name: string, console: Console) {
    this.disk = SmallDisk.mount(join(dataDir, name), sizeMib)
    this.watch = new DiskWatch({ folder: this.disk.folder, limits, console, everyMs: 1_000 })
  }

  /** Not from one moment to the next: what ClickHouse has begun before it refuses to begin more comes to its end. */
  async fill(): Promise<void> {
    this.disk.fill(almostFullMib)
    await sleep(almostFullMs)
    this.disk.fill()
    this.refill = setInterval(() => this.disk.fill(), refillMs)
  }

  /** Resolves when the member is ready, whether it had ended meanwhile or not. */
  async relieve(member: Member): Promise<void> {
    clearInterval(this.refill)
    this.disk.relieve()
    const deadline = Date.now() + longestMs
    for (;;) {
      const missing = await member.spec.notReady()
      if (missing === null) return
      if (Date.now() > deadline) throw new Error(`${member.name} is not back: ${missing}`)
      await sleep(refillMs)
    }
  }

  /** Leaves the data behind, for whoever has to look into them. */
  close(): void {
    clearInterval(this.refill)
    this.disk.relieve()
    const { folder } = this.disk
    const kept = `${folder}.kept`
    cpSync(folder, kept, { recursive: true })
    this.disk.unmount()
    rmdirSync(folder)
    renameSync(kept, folder)
  }
}
