import { Presets, SingleBar } from 'cli-progress'
import { commandConfig } from '../platform/command-options.ts'
import { CodedError, exitCode, isOfConfiguration, messageOf } from '../platform/errors.ts'
import { connect, recomputeSettings } from './recompute/connection.ts'
import { DifferenceTable, differenceObjects } from './recompute/difference-table.ts'
import { type RecomputeOptions, recomputeOptions, recomputeUsage } from './recompute/recompute-options.ts'
import { recomputeSummary, type Summed, summaryObject } from './recompute/recompute-summary.ts'
import { recomputeWindows, Stopped } from './recompute/recompute-windows.ts'
import { windowsOfRange } from './recompute/windows-of-range.ts'

/** How long the archive may store nothing before it counts as stopped, ms. */
const patienceMs = 60_000
/** After Ctrl-C: 128 + SIGINT. */
const stoppedExit = 130

/** `npm run recompute`: windows of the past from their stored readings. Exit codes: see the usage. */
process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(recomputeUsage)
    return exitCode.ok
  }
  try {
    return await recompute(recomputeOptions(args))
  } catch (error) {
    return failed(error)
  }
}

async function recompute(options: RecomputeOptions): Promise<number> {
  const { record, counties, dryRun, json } = options
  const config = commandConfig(recomputeSettings, process.env, options.portOffset)
  const ending = new AbortController()
  // A second one ends the process at once.
  process.once('SIGINT', () => ending.abort(new Stopped()))
  process.once('SIGTERM', () => ending.abort(new Stopped()))
  const connection = await connect(config, { record, dryRun, signal: ending.signal })
  const bar = progressBar()
  const table = new DifferenceTable()
  try {
    const { windows, overlapping } = await windowsOfRange({
      ...options,
      ...connection.store,
      windows: config.windows,
    })
    bar.start(windows.length, 0, { state: '' })
    const { tally, stopped, failure, rest } = await recomputeWindows(windows, {
      record,
      ...(counties ? { counties } : {}),
      corrector: connection.corrector,
      archived: connection.archived,
      ...(connection.publisher ? { publisher: connection.publisher } : {}),
      ending,
      patienceMs,
      onChanges: (window, changes) => {
        if (json) print(differenceObjects(changes))
        else if (dryRun) table.add(window, changes)
      },
      onDone: count => bar.increment(count),
      onWait: messages =>
        bar.update({ state: messages > 0 ? `waiting for the archive, ${messages} messages behind` : '' }),
    })
    bar.stop()
    const summed: Summed = { options, windows: windows.length, tally, overlapping, stopped }
    if (json) print([summaryObject(summed)])
    else process.stdout.write(`${[table.text(), recomputeSummary(summed)].filter(Boolean).join('\n\n')}\n`)
    if (rest !== undefined)
      process.stderr.write(`recompute: go on with --from ${new Date(rest).toISOString()}\n`)
    if (failure !== undefined) return failed(failure)
    if (stopped) return stoppedExit
    return tally.unsettled.length > 0 ? exitCode.failed : exitCode.ok
  } finally {
    bar.stop()
    await connection.close()
  }
}

function print(objects: readonly object[]): void {
  for (const object of objects) process.stdout.write(`${JSON.stringify(object)}\n`)
}

function failed(error: unknown): number {
  const hint = error instanceof CodedError && error.hint ? `\n${error.hint}` : ''
  process.stderr.write(`recompute: ${messageOf(error)}${hint}\n`)
  if (!(error instanceof CodedError)) return exitCode.failed
  if (error.code === 'usage') return exitCode.usage
  return isOfConfiguration(error) ? exitCode.config : exitCode.failed
}

function progressBar(): SingleBar {
  const format = 'recomputing {bar} {percentage}% {value}/{total} windows, {eta_formatted} left {state}'
  return new SingleBar(
    { format, stream: process.stderr, noTTYOutput: true, notTTYSchedule: 5_000 },
    Presets.shades_classic,
  )
}
