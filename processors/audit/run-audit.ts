import type { Store } from '../../platform/clickhouse/select-rows.ts'
import type { Logs } from '../../platform/epochs/open-log.ts'
import type { OffsetsAdmin } from '../../platform/kafka/lasting-admin.ts'
import { type CensusId, censusIds } from '../../schemas/kpis/kpi.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import { records as recordDefinitions } from '../../schemas/records/records.ts'
import type { AuditOptions } from './audit-options.ts'
import { lookAtCensus, newestCensusWindow } from './checks/census-look.ts'
import { deadLetters } from './checks/dead-letters.ts'
import { lookAtExpectations } from './checks/expectations.ts'
import { pendingNotices } from './checks/late-notices.ts'
import { lookAtOffsets } from './checks/log-offsets.ts'
import type { Chunk } from './checks/look.ts'
import { lookAt } from './checks/look-at.ts'
import { withOffsets } from './checks/offsets-behind.ts'
import {
  auditedRange,
  bucketMs,
  hasStoredWindows,
  outsideOf,
  planOf,
  type RecordPlan,
} from './plan/audited-range.ts'
import { cutEvenly, planChunks } from './plan/plan-chunks.ts'
import { type LogProgress, readLogProgress } from './progress/log-progress.ts'
import type { AuditReport } from './report/audit-report.ts'
import { buildReport } from './report/build-report.ts'
import { CensusCase } from './settle/census-case.ts'
import { ExpectationsCase } from './settle/expectations-case.ts'
import { OffsetsCase } from './settle/offsets-case.ts'
import { settle } from './settle/settle.ts'
import { UntoldCase } from './settle/untold-case.ts'
import { WindowsCase } from './settle/windows-case.ts'
import type { Span } from './sql/literals.ts'

export interface AuditContext {
  readonly store: Store
  readonly admin: OffsetsAdmin
  readonly logs: Logs
  readonly options: Pick<AuditOptions, 'from' | 'to' | 'records' | 'settleMs'>
  /** Wall time, ms. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** Told how far it is. */
  readonly progress?: AuditProgress
}

export interface AuditProgress {
  /** So many parts of the range are compared. */
  begin(parts: number): void
  advance(): void
  /** What is done now, in words. */
  doing(what: string): void
}

/** Queries at once: one reads while the other one groups. */
const queriesAtOnce = 2
/** Windows of which is asked at once what was expected of them. */
const expectedAtOnce = 10_000

/** Compares everything once, then again what differs until it is known whether it is wrong or moving. */
export async function runAudit(context: AuditContext): Promise<AuditReport> {
  const { store, options, now } = context
  const { records, settleMs } = options
  const readProgress = () => readLogProgress(context.admin, store, context.logs, records)
  const range = await auditedRange(store, records, options)
  const first = await readProgress()
  const windows = new WindowsCase({
    lookAt: (chunk, progress) => lookAt(store, chunk, progress),
    pendingNotices: progress => pendingNotices(store, progress),
    first,
    now,
  })
  const plans = await plansOf(store, records, range, first)
  const chunks = chunksOf(plans, range)
  context.progress?.begin(chunks.length)
  await eachAtOnce(chunks, async chunk => {
    windows.add(chunk.series, await lookAt(store, chunk, first))
    context.progress?.advance()
  })
  context.progress?.doing('offsets of the log')
  const offsets = records.map(
    record => new OffsetsCase(record, first, seen => lookAtOffsets(store, record, seen)),
  )
  for (const one of offsets) await one.begin()
  context.progress?.doing('census')
  const census = await censusCases(context)
  for (const one of census) await one.begin(first)
  context.progress?.doing('what was expected')
  const expectations = [...plans].flatMap(([record, plan]) => expectationsCase(context, record, plan))
  for (const one of expectations) await one.begin()
  const untold = [...plans].flatMap(([record, plan]) => untoldCase(store, record, plan))
  const cases = [windows, ...offsets, ...census, ...expectations, ...untold]
  context.progress?.doing('looking again at what differs')
  await settle(cases, { readProgress, settleMs, now, sleep: context.sleep })
  const report = buildReport({
    range,
    records,
    rejected: await deadLetters(store, records, range),
    outside: new Map(
      await Promise.all(
        records.map(async record => [record, await outsideOf(store, record, range)] as const),
      ),
    ),
    windows,
    offsets,
    census,
    expectations,
    untold,
    now: now(),
    settleMs,
  })
  return { ...report, differences: await withOffsets(store, report.differences) }
}

async function plansOf(
  store: Store,
  records: readonly RecordId[],
  range: Span,
  progress: LogProgress,
): Promise<ReadonlyMap<RecordId, RecordPlan>> {
  const plans = new Map<RecordId, RecordPlan>()
  for (const record of records) plans.set(record, await planOf(store, record, range, progress))
  return plans
}

function chunksOf(plans: ReadonlyMap<RecordId, RecordPlan>, range: Span): Chunk[] {
  return [...plans].flatMap(([record, plan]) => planChunks(record, plan, range, bucketMs))
}

function untoldCase(store: Store, record: RecordId, { runs, buckets }: RecordPlan): UntoldCase[] {
  if (runs.length > 0 || buckets.length === 0) return []
  const isTold = () => hasStoredWindows(store, record)
  return [new UntoldCase({ record, stretches: buckets, lengthMs: bucketMs, isTold })]
}

/** Of a record type that comes at regular times, so that silence is missing data. */
function expectationsCase(
  { store, now }: AuditContext,
  record: RecordId,
  { runs }: RecordPlan,
): ExpectationsCase[] {
  if (!recordDefinitions[record].periodic) return []
  const ranges = runs.flatMap(({ sizeMs, ...span }) =>
    cutEvenly(span, expectedAtOnce * sizeMs).map(part => ({ record, sizeMs, spans: [part] })),
  )
  return [new ExpectationsCase({ record, ranges, lookAt: range => lookAtExpectations(store, range), now })]
}

async function censusCases({ store, now }: AuditContext): Promise<CensusCase[]> {
  const caseOf = async (census: CensusId): Promise<CensusCase[]> => {
    const window = await newestCensusWindow(store, census)
    const look = (progress: LogProgress) =>
      lookAtCensus(store, census, window ?? { start: 0, end: 0 }, progress)
    return window ? [new CensusCase({ census, window, lookAt: look, now })] : []
  }
  return (await Promise.all(censusIds.map(caseOf))).flat()
}

async function eachAtOnce<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items]
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await run(item)
  }
  await Promise.all(Array.from({ length: queriesAtOnce }, worker))
}
