import { measureSets } from '../../schemas/measures/measures.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import type { RegionalMessage } from '../regional/regional-message.ts'
import type { Checkpoint } from '../windows/checkpoint.ts'
import type { LateNotice, Partial } from '../windows/partial.ts'
import { type SeriesOptions, SeriesRollup } from './series-rollup.ts'

export interface PartitionRollupOptions {
  readonly partition: number
  /** Partitions of kpi.partial. */
  readonly partitions: number
  readonly expected: SeriesOptions['expected']
  /** Offset from which kpi.partial is read. */
  readonly start: number
  readonly checkpoint: Checkpoint | undefined
}

/** Rolls up everything in one partition of kpi.partial: county -> city -> circle -> province. Pure. */
export class PartitionRollup {
  private readonly options: PartitionRollupOptions
  private readonly series = new Map<RecordId, SeriesRollup>()
  private readonly lateNotices: LateNotice[] = []
  private readonly replayBelow: number
  private position: number

  constructor(options: PartitionRollupOptions) {
    this.options = options
    this.position = options.start
    this.replayBelow = options.checkpoint?.at ?? 0
  }

  get nextOffset(): number {
    return this.position
  }

  get urgent(): boolean {
    return this.lateNotices.length > 0 || [...this.series.values()].some(({ hasFinal }) => hasFinal)
  }

  get openWindows(): number {
    return [...this.series.values()].reduce((sum, series) => sum + series.openWindows, 0)
  }

  /** @throws CodedError `windows_changed` for a partial of another size than before; it counts as not read */
  accept(offset: number, record: RecordId, partial: Partial, now: number): void {
    const series = this.seriesOf(record)
    this.lateNotices.push(...series.accept(offset, partial, offset < this.replayBelow))
    this.position = offset + 1
    // A window becomes final at the marker that completes it, wherever a batch happens to end.
    if (partial.kind === 'marker') series.finish(now)
  }

  skip(offset: number): void {
    this.position = offset + 1
  }

  /** @param atMost windows are taken whole, until there are so many messages. */
  takeFinal(atMost = Number.POSITIVE_INFINITY): RegionalMessage[] {
    const messages: RegionalMessage[] = []
    for (const series of this.series.values()) messages.push(...series.takeFinal(atMost - messages.length))
    return messages
  }

  takeLate(): LateNotice[] {
    return this.lateNotices.splice(0)
  }

  /** @param atMost of one record type; what is left over changed still. */
  takeProvisional(now: number, atMost = Number.POSITIVE_INFINITY): RegionalMessage[] {
    return [...this.series.values()].flatMap(series => series.takeProvisional(now, atMost))
  }

  /** Valid for what has been taken: commit it only once that is acknowledged. */
  checkpoint(): Checkpoint {
    const all = [...this.series.entries()]
    return {
      offset: Math.min(this.position, ...all.map(([, series]) => series.firstOpenOffset)),
      at: Math.max(this.position, this.replayBelow),
      closed: {
        ...this.options.checkpoint?.closed,
        ...Object.fromEntries(
          all
            .filter(([, { finalThrough }]) => Number.isFinite(finalThrough))
            .map(([record, { finalThrough }]) => [record, finalThrough]),
        ),
      },
      sizes: {
        ...this.options.checkpoint?.sizes,
        ...Object.fromEntries(
          all.flatMap(([record, { windowMs }]) => (windowMs === undefined ? [] : [[record, windowMs]])),
        ),
      },
    }
  }

  private seriesOf(record: RecordId): SeriesRollup {
    const known = this.series.get(record)
    if (known) return known
    const { partition, partitions, expected, checkpoint } = this.options
    const series = new SeriesRollup({
      record,
      measures: measureSets[record].measures,
      partition,
      partitions,
      expected,
      checkpoint,
    })
    this.series.set(record, series)
    return series
  }
}
