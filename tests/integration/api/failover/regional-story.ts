import type { RegionWindow } from '../../../../api/cells/region-window.ts'
import { kpisOf } from '../../../../schemas/kpis/kpis.ts'
import { regions } from '../../../../schemas/regions/regions.ts'

const record = 'parking'
const windowMs = 60_000
const ids = kpisOf(record).map(({ id }) => id)

/** Where one region stands. */
interface Life {
  window: number
  /** How far its window is filled: 0..3; then it is final. */
  stage: number
  version: number
  /** Of the window before: the last that was said to be final. */
  closed: RegionWindow | undefined
}

const coverages = [0.3, 0.85, 0.95]

/**
 * What rollup and correct say of all regions, in any amount and the same for the same seed: windows fill up, become
 * final, some are corrected, some later ones once more, and now and then somebody repeats an old version.
 */
export class RegionalStory {
  private readonly lives: Life[] = regions.map(() => ({
    window: 0,
    stage: 0,
    version: 1_000,
    closed: undefined,
  }))
  private readonly start: number
  private random: number

  /** @param start of the first window, epoch ms */
  constructor(seed: number, start: number) {
    this.random = seed
    this.start = Math.floor(start / windowMs) * windowMs
  }

  /** Everybody's first final window. */
  beginning(): readonly RegionWindow[] {
    return this.lives.map((life, index) => this.close(life, index))
  }

  /** The next messages of so many regions. */
  next(count: number): readonly RegionWindow[] {
    return Array.from({ length: count }, () => {
      const index = Math.floor(this.chance() * this.lives.length)
      const life = this.lives[index]!
      const { closed } = life
      const dice = this.chance()
      if (closed && dice < 0.15) return this.correct(life, closed)
      if (closed && dice < 0.2) return { ...closed, version: closed.version - 1, ...this.provisional(0.9) }
      if (life.stage < coverages.length) {
        return { ...this.window(life, index), ...this.provisional(coverages[life.stage++]!) }
      }
      return this.close(life, index)
    })
  }

  private provisional(coverage: number) {
    return { status: 'provisional', revision: 0, coverage, kpis: this.values() } as const
  }

  private close(life: Life, index: number): RegionWindow {
    life.closed = this.window(life, index)
    life.window++
    life.stage = 0
    return life.closed
  }

  private correct(life: Life, closed: RegionWindow): RegionWindow {
    life.closed = {
      ...closed,
      status: 'corrected',
      revision: closed.revision + 1,
      version: closed.version + 1,
      kpis: this.values(),
    }
    return life.closed
  }

  private window(life: Life, index: number): RegionWindow {
    const window_start = this.start + life.window * windowMs
    life.version += 10
    return {
      region: regions[index]!.code,
      record,
      window_start,
      window_end: window_start + windowMs,
      status: 'final',
      revision: 1,
      version: life.version,
      coverage: 1,
      readings: 12,
      event_time_max: window_start + windowMs - 1,
      kpis: this.values(),
    }
  }

  private values() {
    return ids.map(kpi => ({ kpi, value: Math.round(this.chance() * 1e6) / 1e4 }))
  }

  /** 0..1, mulberry32. */
  private chance(): number {
    this.random = (this.random + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.random ^ (this.random >>> 15), 1 | this.random)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
