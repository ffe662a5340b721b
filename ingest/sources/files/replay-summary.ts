import type { ReplayResult } from './replay.ts'
import type { Schedule } from './schedule-readings.ts'

export interface SummaryOptions {
  readonly dryRun: boolean
  /** Names every place where something was skipped, instead of the first few. */
  readonly verbose: boolean
}

const namedPlaces = 5

/** What a replay did, for people; one fact a line. */
export function replaySummary(result: ReplayResult, { dryRun, verbose }: SummaryOptions): string {
  const { schedules, rejected, accepted, assets, retries } = result
  const readings = schedules.reduce((sum, schedule) => sum + schedule.readings.length, 0)
  const lines = schedules.flatMap(schedule => datasetLines(schedule, verbose))
  if (dryRun)
    return [...lines, `dry run: ${readings} readings and ${assets} assets would be posted`].join('\n')
  const refused = [...rejected].map(([code, { count, example }]) => `  ${code}: ${count} (${example})`)
  const refusals = [...rejected.values()].reduce((sum, { count }) => sum + count, 0)
  lines.push(`posted ${assets} assets and ${readings} readings: ${accepted} accepted, ${refusals} rejected`)
  if (retries > 0) lines.push(`  requests sent again: ${retries}`)
  return [...lines, ...refused].join('\n')
}

function datasetLines({ plan, readings, shiftMs }: Schedule, verbose: boolean): string[] {
  const { dataset, assets, skipped, notes } = plan
  const first = readings[0]?.eventTimeMs
  const last = readings.at(-1)?.eventTimeMs
  const lines = [`${dataset}: ${assets.size} assets, ${readings.length} readings`]
  if (first !== undefined && last !== undefined) {
    const shift = shiftMs === 0 ? '' : `, shifted to ${time(first + shiftMs)} .. ${time(last + shiftMs)}`
    lines.push(`  ${time(first)} .. ${time(last)}${shift}`)
  }
  for (const note of notes) lines.push(`  note: ${note}`)
  for (const { reason, count, places } of skipped.list()) {
    const named = verbose ? places : places.slice(0, namedPlaces)
    const more = places.length > named.length ? ', …' : ''
    lines.push(`  skipped ${count} (${reason}) in ${places.length}: ${named.join(', ')}${more}`)
  }
  return lines
}

function time(ms: number): string {
  return new Date(ms).toISOString()
}

/** Whether there were readings and ingest took none. */
export function tookNothing({ schedules, accepted }: ReplayResult): boolean {
  return accepted === 0 && schedules.some(({ readings }) => readings.length > 0)
}
