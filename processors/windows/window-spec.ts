import type { WindowSizes } from '../../platform/window-sizes.ts'
import { type RecordId, recordIds } from '../../schemas/records/record.ts'

/** Tumbling event-time windows of one record type: half-open [start, end), aligned to the epoch. */
export interface WindowSpec {
  readonly sizeMs: number
  /** How long after its end, in event time, a window still takes readings. */
  readonly latenessMs: number
}

export type WindowSpecs = Readonly<Record<RecordId, WindowSpec>>

const minute = 60_000

export const defaultWindows: WindowSpecs = {
  radio_pm: { sizeMs: 5 * minute, latenessMs: 15 * minute },
  radio_alarm: { sizeMs: minute, latenessMs: 2 * minute },
  rack: { sizeMs: minute, latenessMs: 2 * minute },
  facility: { sizeMs: minute, latenessMs: 2 * minute },
  grid_inspection: { sizeMs: minute, latenessMs: 2 * minute },
  grid_defect: { sizeMs: minute, latenessMs: 2 * minute },
  parking: { sizeMs: minute, latenessMs: 2 * minute },
}

/** Start of the window that holds `eventTime`, epoch ms. */
export function windowStart(eventTime: number, sizeMs: number): number {
  return Math.floor(eventTime / sizeMs) * sizeMs
}

/** The start of the newest window of each record type that holds this time, epoch ms. */
export function windowsAt(
  time: number,
  specs: WindowSpecs,
  records: readonly RecordId[] = recordIds,
): Readonly<Record<string, number>> {
  return Object.fromEntries(records.map(record => [record, windowStart(time, specs[record].sizeMs)]))
}

/**
 * The start of the newest window that is closed at this watermark: its end + lateness have been passed.
 * Every window up to and including it is closed.
 */
export function closedThrough(watermark: number, { sizeMs, latenessMs }: WindowSpec): number {
  return windowStart(watermark - latenessMs, sizeMs) - sizeMs
}

/** The least watermark at which the window after `closed` closes. */
export function nextClose(closed: number, { sizeMs, latenessMs }: WindowSpec): number {
  return closed + 2 * sizeMs + latenessMs
}

/**
 * How many windows one partition holds open at most: those that lateness and disorder reach back over, and the one that
 * fills. Whatever it reads, an older window is closed by the reading that opens a newer one.
 */
export function mostOpen({ sizeMs, latenessMs }: WindowSpec, outOfOrdernessMs: number): number {
  return Math.ceil((latenessMs + outOfOrdernessMs) / sizeMs) + 1
}

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: minute,
  min: minute,
  h: 60 * minute,
  d: 1440 * minute,
}

/**
 * Parses `rack=60s/30s,radio_pm=5m/15m` (size/lateness) over the defaults.
 * @throws Error naming every wrong item.
 */
export function parseWindows(text: string, base: WindowSpecs = defaultWindows): WindowSpecs {
  const specs: Record<RecordId, WindowSpec> = { ...base }
  const problems: string[] = []
  for (const item of text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')) {
    const match = /^(\w+)=([^/]+)\/(.+)$/.exec(item)
    const record = recordIds.find(id => id === match?.[1])
    const sizeMs = parseDuration(match?.[2])
    const latenessMs = parseDuration(match?.[3])
    if (!record) problems.push(`${item}: not one of ${recordIds.join(', ')}`)
    else if (!sizeMs || latenessMs === undefined)
      problems.push(`${item}: expected size/lateness such as 60s/30s`)
    else specs[record] = { sizeMs, latenessMs }
  }
  if (problems.length > 0) throw new Error(problems.join('; '))
  return specs
}

/** The sizes that the text names; of the other record types it says nothing. @throws Error like `parseWindows` */
export function namedSizes(text: string): WindowSizes {
  const specs = parseWindows(text)
  const named = text.split(',').map(item => item.trim().split('=')[0])
  return Object.fromEntries(
    recordIds.filter(id => named.includes(id)).map(record => [record, specs[record].sizeMs]),
  )
}

function parseDuration(text: string | undefined): number | undefined {
  const match = /^(\d+)\s*([a-z]+)$/.exec(text?.trim() ?? '')
  const unit = units[match?.[2] ?? '']
  return match && unit ? Number(match[1]) * unit : undefined
}
