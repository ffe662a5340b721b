export interface AssetHomesOptions {
  /** Whether the partition that is read is the one of this key; without it every key is taken to belong there. */
  readonly belongs?: ((key: Uint8Array) => boolean) | undefined
  /** Windows that begin before this, epoch ms, hold readings of before and after partitions were added. */
  readonly doubtfulBefore?: number | undefined
}

/**
 * An asset's readings are in one partition, so that partitions can be added up. Says where that may not hold: in windows
 * of the time when partitions were added to the topic, and for assets whose readings a producer put elsewhere, which has
 * not heard of new partitions yet or divides them up in its own way. In such a window the asset may be counted in two
 * partitions, and is to be computed again from all of them.
 */
export class AssetHomes {
  private readonly belongs: ((key: Uint8Array) => boolean) | undefined
  private readonly doubtfulBefore: number
  /** Assets seen so far: their numbers are 0, 1, 2, … */
  private seen = 0
  private readonly astray = new Set<number>()

  constructor({ belongs, doubtfulBefore = Number.NEGATIVE_INFINITY }: AssetHomesOptions) {
    this.belongs = belongs
    this.doubtfulBefore = doubtfulBefore
  }

  /** Whether readings of this asset in the window that begins at `start` may be in another partition too. */
  isDoubtful(asset: number, key: Uint8Array, start: number): boolean {
    // A key is looked at once, when it is new.
    if (asset === this.seen) {
      this.seen++
      if (this.belongs?.(key) === false) this.astray.add(asset)
    }
    return start < this.doubtfulBefore || (this.astray.size > 0 && this.astray.has(asset))
  }

  /** Whether windows that begin at `start` or later may still be in doubt because of added partitions. */
  isSettled(start: number): boolean {
    return start >= this.doubtfulBefore
  }
}
