import { setTimeout as sleep } from 'node:timers/promises'
import { Presets, SingleBar } from 'cli-progress'
import { wallClock } from '../platform/clock.ts'
import { commandConfig } from '../platform/command-options.ts'
import { CodedError, exitCode, messageOf } from '../platform/errors.ts'
import { auditOptions, auditUsage } from './audit/audit-options.ts'
import { auditSettings, connect } from './audit/connection.ts'
import { isClean } from './audit/report/audit-report.ts'
import { printReport } from './audit/report/print-report.ts'
import { reportJson } from './audit/report/report-json.ts'
import { type AuditProgress, runAudit } from './audit/run-audit.ts'

/** `npm run audit`: proves that the stored values are what was received. Exit codes: see the usage. */
process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(auditUsage)
    return exitCode.ok
  }
  try {
    const options = auditOptions(args)
    const bar = progressBar()
    const connection = await connect(commandConfig(auditSettings, process.env, options.portOffset))
    try {
      const report = await runAudit({
        ...connection,
        options,
        now: () => wallClock.now(),
        sleep: ms => sleep(ms),
        progress: bar,
      })
      bar.end()
      process.stdout.write(options.json ? reportJson(report) : printReport(report, options))
      return isClean(report) ? exitCode.ok : exitCode.failed
    } finally {
      bar.end()
      await connection.close()
    }
  } catch (error) {
    return failed(error)
  }
}

/** On stderr: a line now and then where that is no terminal. */
function progressBar(): AuditProgress & { end(): void } {
  const format = 'comparing {bar} {percentage}% {value}/{total} parts, {eta_formatted} left {state}'
  const bar = new SingleBar(
    { format, stream: process.stderr, noTTYOutput: true, notTTYSchedule: 5_000 },
    Presets.shades_classic,
  )
  return {
    begin: parts => bar.start(parts, 0, { state: '' }),
    advance: () => bar.increment(),
    doing: state => bar.update({ state: `· ${state}` }),
    end: () => bar.stop(),
  }
}

function failed(error: unknown): number {
  const hint = error instanceof CodedError && error.hint ? `\n${error.hint}` : ''
  process.stderr.write(`audit: ${messageOf(error)}${hint}\n`)
  if (!(error instanceof CodedError)) return exitCode.crashed
  if (error.code === 'usage') return exitCode.usage
  return error.code === 'config_invalid' ? exitCode.config : exitCode.unavailable
}
