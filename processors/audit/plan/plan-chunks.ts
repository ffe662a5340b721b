import { kpisOf } from '../../../schemas/kpis/kpis.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import type { Chunk } from '../checks/look.ts'
import type { Span } from '../sql/literals.ts'

/** Stored windows of one size, one after the other; epoch ms. */
export interface Run {
  readonly sizeMs: number
  readonly from: number
  readonly to: number
}

/** Readings whose event time lies in a stretch that begins here, epoch ms. */
export interface Bucket {
  readonly start: number
  readonly readings: number
}

/** What is looked at by one query: bounds its memory, and keeps what it groups near the processor. */
export interface ChunkLimits {
  readonly readings: number
  readonly windows: number
  /** Of a KPI: its rows lie together, so more of them are read at once. */
  readonly kpiWindows: number
}

export const chunkLimits: ChunkLimits = { readings: 1_000_000, windows: 720, kpiWindows: 2_160 }

/**
 * Divides a record type's part of the range up: its counties, then each of its KPIs. Pure.
 * @param bucketMs length of the stretches of `buckets`
 */
export function planChunks(
  record: RecordId,
  { runs, buckets }: { readonly runs: readonly Run[]; readonly buckets: readonly Bucket[] },
  range: Span,
  bucketMs: number,
  limits: ChunkLimits = chunkLimits,
): Chunk[] {
  const stretches = stretchesOf(runs, buckets, range, bucketMs)
  const counties = stretches.flatMap(({ sizeMs, ...span }) =>
    cut(span, sizeMs, limits, buckets, bucketMs).map(part => ({ series: { record, sizeMs }, spans: [part] })),
  )
  const kpis = kpisOf(record).flatMap(kpi =>
    stretches.flatMap(({ sizeMs, ...span }) =>
      cutEvenly(span, limits.kpiWindows * sizeMs).map(part => ({
        series: { record, sizeMs, kpi },
        spans: [part],
      })),
    ),
  )
  return [...counties, ...kpis]
}

/**
 * Whole windows of one size: a run reaches to the next one, the first one back to the first reading, and the last one
 * on to the last reading.
 */
function stretchesOf(
  runs: readonly Run[],
  buckets: readonly Bucket[],
  range: Span,
  bucketMs: number,
): readonly Run[] {
  const firstReading = buckets[0]?.start ?? Number.POSITIVE_INFINITY
  const lastReading = (buckets.at(-1)?.start ?? Number.NEGATIVE_INFINITY) + bucketMs
  return runs.flatMap((run, i) => {
    const { sizeMs } = run
    const following = runs[i + 1]
    const first = i === 0 ? Math.min(run.from, firstReading) : run.from
    const end = following ? following.from : Math.min(range.to, Math.max(run.to, lastReading))
    const from = Math.ceil(Math.max(first - sizeMs + 1, range.from) / sizeMs) * sizeMs
    const to = Math.ceil(end / sizeMs) * sizeMs
    return from < to ? [{ sizeMs, from, to }] : []
  })
}

/** Parts with no more than so many windows and about so many readings. */
function cut(
  { from, to }: Span,
  sizeMs: number,
  limits: ChunkLimits,
  buckets: readonly Bucket[],
  bucketMs: number,
): Span[] {
  const parts: Span[] = []
  let start = from
  let readings = 0
  const close = (end: number): void => {
    const whole = Math.min(to, Math.ceil(end / sizeMs) * sizeMs)
    const windows = (whole - start) / sizeMs
    const share = Math.floor((windows * limits.readings) / Math.max(1, readings))
    const atOnce = Math.max(1, Math.min(limits.windows, share))
    if (whole > start) parts.push(...cutEvenly({ from: start, to: whole }, atOnce * sizeMs))
    start = Math.max(start, whole)
    readings = 0
  }
  for (const bucket of buckets) {
    if (bucket.start + bucketMs <= from || bucket.start >= to) continue
    if (readings > 0 && readings + bucket.readings > limits.readings) close(bucket.start)
    readings += bucket.readings
  }
  close(to)
  return parts
}

/** Parts of a span, the last one may be shorter. */
export function cutEvenly({ from, to }: Span, lengthMs: number): Span[] {
  const parts: Span[] = []
  for (let start = from; start < to; start += lengthMs)
    parts.push({ from: start, to: Math.min(to, start + lengthMs) })
  return parts
}
