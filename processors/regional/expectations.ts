import { type Asset, type Stay, staysOf } from '../../platform/assets/asset.ts'
import { type RecordId, recordIds } from '../../schemas/records/record.ts'
import { records } from '../../schemas/records/records.ts'

/**
 * Assets expected to report in a window, by county. A county that has any asset of the record type is in the map,
 * with 0 where nothing is due; a county without one is not.
 */
export type Expected = ReadonlyMap<string, number>

/** Answers what the asset registry expects of a window. */
export class Expectations {
  private readonly byRecord = new Map(recordIds.map(record => [record, new Service(record)]))

  /**
   * Takes a change of the registry.
   * @returns of each record type from when on it expects something else, epoch ms; -Infinity where it always did
   */
  set(asset: Asset, before: Asset | undefined): ReadonlyMap<RecordId, number> {
    const changes = new Map<RecordId, number>()
    for (const [record, service] of this.byRecord) {
      const from = service.set(asset, before)
      if (from < Number.POSITIVE_INFINITY) changes.set(record, from)
    }
    return changes
  }

  of(record: RecordId, start: number, end: number): Expected {
    return this.byRecord.get(record)?.in(start, end) ?? new Map<string, number>()
  }
}

/** An asset's stay in a county, and how often it reports, s. */
interface Due extends Stay {
  readonly periodS: number | null
}

/** When the windows that a stay counts in begin and end to be. */
interface Turns {
  /** An asset comes into service before the window ends… */
  readonly begins: Float64Array
  /** …moves to another county until it starts… */
  readonly moves: Float64Array
  /** …and leaves before it starts. */
  readonly ends: Float64Array
}

/** The assets that may send one record type. */
class Service {
  private readonly record: RecordId
  private readonly dues = new Map<string, readonly Due[]>()
  private readonly known = new Map<string, Expected>()
  private turns: Turns | undefined

  constructor(record: RecordId) {
    this.record = record
  }

  set(asset: Asset, before: Asset | undefined): number {
    const [was, is] = [this.duesOf(before), this.duesOf(asset)]
    const from = firstDifference(was, is)
    if (from === Number.POSITIVE_INFINITY) return from
    if (is.length > 0) this.dues.set(asset.asset_id, is)
    else this.dues.delete(asset.asset_id)
    this.turns = undefined
    this.known.clear()
    return from
  }

  /** Between two changes of the registry all windows of a size expect the same: that is found out once. */
  in(start: number, end: number): Expected {
    this.turns ??= turnsOf(this.dues.values())
    const { begins, moves, ends } = this.turns
    const key = `${end - start}|${below(begins, end)}|${below(moves, start + 1)}|${below(ends, start + 1)}`
    const known = this.known.get(key)
    if (known) return known
    const expected = new Map<string, number>()
    for (const stays of this.dues.values()) {
      const stay = stayIn(stays, start, end)
      if (!stay) continue
      const due = stay.periodS === null ? 0 : Math.min(1, (end - start) / (stay.periodS * 1000))
      expected.set(stay.county, (expected.get(stay.county) ?? 0) + due)
    }
    if (this.known.size > 256) this.known.clear()
    this.known.set(key, expected)
    return expected
  }

  /** An asset that reports less often than once a window is due in that share of the windows. */
  private duesOf(asset: Asset | undefined): readonly Due[] {
    const { kinds, periodic } = records[this.record]
    if (!asset || !kinds.includes(asset.kind)) return []
    const periodS = periodic && asset.record === this.record ? asset.period_s : null
    return staysOf(asset).map(stay => ({ ...stay, periodS }))
  }
}

/** Where the asset is expected in a window: where it is as the window starts, or as it comes into service in it. */
function stayIn(stays: readonly Due[], start: number, end: number): Due | undefined {
  const stay = stays.find(one => one.end > start)
  if (!stay) return undefined
  const comes = stay === stays[0] ? stay.begin < end : stay.begin <= start
  return comes ? stay : undefined
}

function turnsOf(all: Iterable<readonly Due[]>): Turns {
  const begins = new Set<number>()
  const moves = new Set<number>()
  const ends = new Set<number>()
  for (const stays of all) {
    stays.forEach(({ begin, end }, i) => {
      if (i === 0) begins.add(begin)
      else moves.add(begin)
      ends.add(end)
    })
  }
  const sorted = (times: Set<number>) => Float64Array.from(times).sort()
  return { begins: sorted(begins), moves: sorted(moves), ends: sorted(ends) }
}

/** How many of the sorted times lie before a time. */
function below(sorted: Float64Array, time: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] as number) < time) low = middle + 1
    else high = middle
  }
  return low
}

/** From when on two lists of stays are not the same; Infinity where they are. */
function firstDifference(was: readonly Due[], is: readonly Due[]): number {
  const never = Number.POSITIVE_INFINITY
  for (let i = 0; i < Math.max(was.length, is.length); i++) {
    const [left, right] = [was[i], is[i]]
    const alike =
      left?.county === right?.county && left?.begin === right?.begin && left?.periodS === right?.periodS
    if (!alike) return Math.min(left?.begin ?? never, right?.begin ?? never)
    if (left?.end !== right?.end) return Math.min(left?.end ?? never, right?.end ?? never)
  }
  return never
}
