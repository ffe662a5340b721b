import type { WindowSizes } from '../../../platform/window-sizes.ts'
import { isRecordId, type RecordId, recordIds } from '../../../schemas/records/record.ts'

/** Window size / allowed lateness of the local system: short, so that a wall moves while someone looks at it. */
const localDefaults: Readonly<Record<RecordId, string>> = {
  radio_pm: '10s/5s',
  radio_alarm: '10s/5s',
  rack: '10s/5s',
  facility: '10s/5s',
  grid_inspection: '10s/5s',
  grid_defect: '10s/5s',
  parking: '10s/5s',
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** How long the windows of each record type are, ms. @param windows what `mergeWindows` made */
export function windowSizes(windows: string): WindowSizes {
  return Object.fromEntries(
    windows.split(',').map(entry => {
      const [record = '', window = ''] = entry.split('=')
      return [record, spansOf(window)[0] ?? 0]
    }),
  )
}

/** The longest time from the start of a window to its end with lateness, ms. @param windows a WINDOWS value */
export function longestOpenMs(windows: string): number {
  return Math.max(
    ...windows.split(',').map(entry => {
      const [, window = ''] = entry.split('=')
      return spansOf(window).reduce((sum, span) => sum + span, 0)
    }),
  )
}

/** Of `size/lateness`, ms. */
function spansOf(window: string): readonly number[] {
  const spans = [...window.matchAll(/(\d+)(ms|min|s|m|h|d)/g)]
  return spans.map(([, number, unit]) => Number(number) * (unitMs[unit ?? ''] ?? 0))
}

/**
 * The WINDOWS value of the local system: its defaults, with what the lists name put in their place, later lists last.
 * @throws Error naming an entry that is not `record=size/lateness`
 */
export function mergeWindows(...lists: readonly string[]): string {
  const windows = { ...localDefaults }
  for (const entry of lists.flatMap(list => list.split(',')).filter(text => text.trim() !== '')) {
    const [record = '', window = ''] = entry.trim().split('=')
    if (!isRecordId(record)) {
      throw new Error(`\`${entry.trim()}\` names no record; records are ${recordIds.join(', ')}`)
    }
    if (!/^\d+(ms|s|m|min|h|d)\/\d+(ms|s|m|min|h|d)$/.test(window)) {
      throw new Error(`\`${entry.trim()}\` is not record=size/lateness, e.g. ${record}=60s/30s`)
    }
    windows[record] = window
  }
  return recordIds.map(record => `${record}=${windows[record]}`).join(',')
}
