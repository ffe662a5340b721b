import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RecordId, recordIds } from '../../schemas/records/record.ts'
import type { Scene } from './faults/fault.ts'
import { faultKinds } from './faults/fault-kinds.ts'
import { type InjectedFault, injectFaults } from './faults/inject-faults.ts'
import { planFaults } from './faults/plan-faults.ts'
import { Load, type LoadReport } from './load/load.ts'
import { recoveries, recoveryByKind } from './observe/recovery.ts'
import { RegionalWatch } from './observe/regional-watch.ts'
import { untilSettled } from './observe/settle.ts'
import { compareAlerts } from './oracle/compare-alerts.ts'
import { compareWithAccepted } from './oracle/oracle.ts'
import { runAudit } from './report/audit.ts'
import type { ChaosResult } from './report/chaos-result.ts'
import { storedRevisions } from './report/stored-revisions.ts'
import { castOf } from './system/cast.ts'
import { chaosRules, rulesFile } from './system/chaos-rule.ts'
import { ChaosSystem } from './system/chaos-system.ts'
import { untilInSync } from './system/in-sync.ts'
import { windowMs } from './system/specs.ts'

export interface ChaosOptions {
  readonly minutes: number
  readonly seed: number
  readonly faultsPerMinute: number
  readonly readingsPerSecond: number
  /** For data and logs; made, and left behind. */
  readonly dataDir: string
  readonly log: (line: string) => void
  /** Ends the run: it rejects once every process has ended. */
  readonly signal: AbortSignal
}

const settleWithinMs = 15 * 60_000
/** Reported by so many assets every second that a window without them means that something is amiss. */
const watchedRecords: readonly RecordId[] = ['radio_pm', 'rack', 'parking']

/** Starts everything, sends readings while faults happen, lets it come to rest, and compares what is stored. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { dataDir, log, signal } = options
  await mkdir(dataDir, { recursive: true })
  await writeFile(join(dataDir, rulesFile), chaosRules)
  const env = processEnv()
  const system = await ChaosSystem.prepare({ dataDir, env, log })
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  try {
    return await Promise.race([aborted, run(system, env, options)])
  } finally {
    log('stopping every process')
    await system.stop()
  }
}

async function run(
  system: ChaosSystem,
  env: NodeJS.ProcessEnv,
  { dataDir, log, signal, ...options }: ChaosOptions,
): Promise<ChaosResult> {
  const startedAt = new Date().toISOString()
  const { specs } = system
  await system.start(signal)

  const acceptedFile = join(dataDir, 'accepted.ndjson')
  const { seed, readingsPerSecond } = options
  const load = new Load({ seed, doors: specs.doors, acceptedFile, readingsPerSecond, log })
  await load.register()
  const watch = new RegionalWatch(system.kafka(), specs.registryUrl)
  watch.start()
  const { faults, report } = await underLoad(system, load, { ...options, log, signal })

  const endedAt = Date.now()
  await untilSettled({
    kafka: system.kafka(),
    newestEventTime: load.newestEventTime,
    windowMs,
    withinMs: settleWithinMs,
    log,
  })
  const settledMs = Date.now() - endedAt
  await watch.stop()

  log('auditing')
  const audit = await runAudit({ ...env, ...specs.env })
  log('comparing with what was accepted')
  const oracle = await compareWithAccepted({
    acceptedFile,
    clickhouseUrl: specs.clickhouseUrl,
    windows: windowSizes(),
  })
  const alerts = await compareAlerts(specs.clickhouseUrl)
  return {
    seed,
    minutes: options.minutes,
    readingsPerSecond,
    startedAt,
    faults,
    recovery: recoveryByKind(recoveries(faults, watch.sightings, watchedRecords)),
    starts: Object.fromEntries(system.all().map(({ name, starts }) => [name, starts])),
    load: report,
    revisions: await storedRevisions(specs.clickhouseUrl),
    settledMs,
    audit,
    oracle,
    alerts,
  }
}

/** Faults happen while the load runs; when it is over all of them are undone. */
async function underLoad(
  system: ChaosSystem,
  load: Load,
  options: Omit<ChaosOptions, 'dataDir'>,
): Promise<{ readonly faults: readonly InjectedFault[]; readonly report: LoadReport }> {
  const { minutes, seed, faultsPerMinute, log, signal } = options
  const lengthMs = minutes * 60_000
  const cast = castOf(load.gateways, system.onSmallDisks)
  const plan = planFaults({ seed, lengthMs, perMinute: faultsPerMinute, kinds: faultKinds, cast })
  const scene: Scene = {
    member: name => system.member(name),
    setClockAhead: (gateway, ms) => load.setClockAhead(gateway, ms),
    fillDisk: name => system.disk(name).fill(),
    relieveDisk: name => system.disk(name).relieve(system.member(name)),
    emptyData: name => system.emptyData(name),
    untilInSync: () => untilInSync(system.kafka()),
  }
  log(`load for ${minutes} min, ${plan.length} faults planned`)
  load.start()
  const over = new AbortController()
  // What is under way at the end is undone, which may take its time, while the load finishes what was not acknowledged.
  const [faults, report] = await Promise.all([
    injectFaults({ plan, scene, log, over: AbortSignal.any([over.signal, signal]) }),
    sleep(lengthMs, undefined, { signal }).then(() => {
      over.abort()
      log('load over')
      return load.stop()
    }),
  ])
  log(`${faults.length} faults undone, everything sent is acknowledged or refused`)
  return { faults, report }
}

function windowSizes(): Readonly<Record<RecordId, number>> {
  return Object.fromEntries(recordIds.map(record => [record, windowMs])) as Record<RecordId, number>
}

/** What whoever runs this has set for a product of his own, or for a test runner, must not reach the processes. */
function processEnv(): NodeJS.ProcessEnv {
  const own = [
    'KAFKA_BROKERS',
    'CLICKHOUSE_URL',
    'CLICKHOUSE_PASSWORD',
    'SCHEMA_REGISTRY_URL',
    'WINDOWS',
    'NODE_OPTIONS',
  ]
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !own.includes(name) && !name.startsWith('VITEST') && !name.startsWith('ALERT'),
    ),
  )
}
