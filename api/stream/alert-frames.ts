import { type Alert, isOpen } from '../../schemas/alerts/alert.ts'
import type { AlertBook } from '../alerts/alert-book.ts'
import type { CellSpace } from '../cells/cell-space.ts'
import type { RegionSet } from './alert-scope.ts'

/** So many of those that are over are in a snapshot, the last ones. */
export const endedTold = 100

/** What goes between the cells and the end of a snapshot. */
export function alertsPart(book: AlertBook, space: CellSpace, regions: RegionSet | undefined): string {
  if (!regions) return '"alerts":[]'
  const ofRegions = [...book].filter(({ region }) => regions[space.regionIndex(region) ?? -1])
  const ended = ofRegions
    .filter(alert => !isOpen(alert))
    .toSorted((left, right) => right.updated_at - left.updated_at)
    .slice(0, endedTold)
  const told = [...ofRegions.filter(isOpen), ...ended]
  const json = told.map(alert => book.jsonOf(alert)).join(',')
  return `"alerts":[${json}],"alerts_position":${book.position}`
}

/** One alert as it goes over every socket that is told of it. */
export function alertFrame(book: AlertBook, alert: Alert, position: number): Buffer {
  return Buffer.from(
    `{"type":"alert","position":${position},"alerts_position":${book.position},"alert":${book.jsonOf(alert)}}`,
  )
}
