import type { Subscribe } from '../../schemas/protocol/stream.ts'
import type { CellSpace } from '../cells/cell-space.ts'
import { regionsOf } from '../cells/selection.ts'

/** A set of regions: one byte a region of the space, 1 for a member. */
export type RegionSet = Uint8Array

/** The regions whose alerts a subscription asks for, if it does. @throws CodedError `unknown_region`. */
export function alertRegions(
  space: CellSpace,
  { alerts, regions, depth }: Pick<Subscribe, 'alerts' | 'regions' | 'depth'>,
): RegionSet | undefined {
  if (!alerts) return undefined
  const set = new Uint8Array(space.regions.length)
  for (const code of regions) {
    for (const region of regionsOf(code, depth)) {
      const index = space.regionIndex(region.code)
      if (index !== undefined) set[index] = 1
    }
  }
  return set
}

/** Of which regions one client is told alerts: those of its subscriptions that have had their snapshot. */
export class AlertScope {
  private readonly wanted = new Map<string, RegionSet>()
  private readonly told = new Map<string, RegionSet>()
  /** The last change that it was told of, where it has missed some since. */
  missedFrom: number | undefined

  /** A subscription that waits for its snapshot; one of the same id is over. */
  want(id: string, regions: RegionSet | undefined): void {
    this.end(id)
    if (regions) this.wanted.set(id, regions)
  }

  /** Its snapshot is made now: from here on changes are told. @returns its regions, if it asked for alerts */
  begin(id: string): RegionSet | undefined {
    const regions = this.wanted.get(id)
    if (regions) this.told.set(id, regions)
    return regions
  }

  end(id: string): void {
    this.wanted.delete(id)
    this.told.delete(id)
    if (this.told.size === 0) this.missedFrom = undefined
  }

  get isEmpty(): boolean {
    return this.told.size === 0
  }

  covers(regionIndex: number): boolean {
    for (const regions of this.told.values()) if (regions[regionIndex]) return true
    return false
  }
}
