import { Presets, SingleBar } from 'cli-progress'
import { wallClock } from '../platform/clock.ts'
import { CodedError, exitCode, messageOf } from '../platform/errors.ts'
import { type ReplayProgress, replay } from './sources/files/replay.ts'
import { replayOptions, replayUsage } from './sources/files/replay-options.ts'
import { replaySummary, tookNothing } from './sources/files/replay-summary.ts'

/** `npm run replay -- FILE...`: real files through the HTTP door. Exit 1 when something failed, 64 for wrong usage. */
process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(replayUsage)
    return exitCode.ok
  }
  try {
    const options = replayOptions(args, wallClock.now())
    const result = await replay(options, progressBar())
    process.stdout.write(`${replaySummary(result, options)}\n`)
    if (result.failure !== undefined) throw result.failure
    return !options.dryRun && tookNothing(result) ? exitCode.failed : exitCode.ok
  } catch (error) {
    const hint = error instanceof CodedError && error.hint ? `\n${error.hint}` : ''
    process.stderr.write(`replay: ${messageOf(error)}${hint}\n`)
    return error instanceof CodedError && error.code === 'usage' ? exitCode.usage : exitCode.failed
  }
}

function progressBar(): ReplayProgress {
  let bar: SingleBar | undefined
  return {
    begin(step, total) {
      const unit = step === 'reading' ? 'bytes' : 'readings'
      const format = `${step} {bar} {percentage}% {value}/{total} ${unit}, {eta_formatted} left`
      bar = new SingleBar(
        { format, stream: process.stderr, noTTYOutput: true, notTTYSchedule: 5_000 },
        Presets.shades_classic,
      )
      bar.start(total, 0)
    },
    advance: by => bar?.increment(by),
    end: () => bar?.stop(),
  }
}
