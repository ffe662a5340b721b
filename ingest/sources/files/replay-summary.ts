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
  const { schedules, rejected, accepted, assets, postedAssets, posted, ignored, retries, retired } = result
  const readings = readingsOf(result)
  const lines = schedules.flatMap(schedule => datasetLines(schedule, verbose))
  if (dryRun)
    return [...lines, `dry run: ${readings} readings and ${assets} assets would be posted`].join('\n')
  const refused = [...rejected].map(([code, { count, example }]) => `  ${code}: ${count} (${example})`)
  const refusals = [...rejected.values()].reduce((sum, { count }) => sum + count, 0)
  lines.push(
    `posted ${postedAssets} assets and ${posted} readings: ${accepted} accepted, ${refusals} rejected`,
  )
  if (postedAssets < assets || posted < readings) {
    lines.push(`not posted: ${assets - postedAssets} assets and ${readings - posted} readings`)
  }
  for (const [what, names] of ignored) {
    lines.push(`  fields of ${what} that are not stored, misspelt or unknown: ${[...names].join(', ')}`)
  }
  if (retired > 0) lines.push(`  assets retired after the last reading of their data set: ${retired}`)
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

/** Whether ingest took none of the readings; of the assets, where there are no readings. */
export function tookNothing(result: ReplayResult): boolean {
  const { accepted, registered, assets } = result
  return readingsOf(result) > 0 ? accepted === 0 : assets > 0 && registered === 0
}

function readingsOf({ schedules }: ReplayResult): number {
  return schedules.reduce((sum, schedule) => sum + schedule.readings.length, 0)
}
