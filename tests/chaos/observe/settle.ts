import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { LastingAdmin } from '../../../platform/kafka/lasting-admin.ts'
import { alertingGroup } from '../../../processors/alerting/run/alerting-runner.ts'
import { archivedTopics } from '../../../processors/archive/archive.ts'
import { reaches } from '../../../processors/archive/archive-progress.ts'
import { archiveGroup } from '../../../processors/archive/topic-archiver.ts'
import { correctGroup } from '../../../processors/correct/correct-runner.ts'
import { readFinalProgress } from '../../../processors/correct/final-progress.ts'
import { windowStart } from '../../../processors/windows/window-spec.ts'
import { recordIds } from '../../../schemas/records/record.ts'
import { telemetryTopic, topicNames, topicOf } from '../../../schemas/topics.ts'
import { committedOffsets, endOffsets } from './committed-offsets.ts'

export interface SettleOptions {
  readonly kafka: Kafka
  /** Of the newest reading, epoch ms. */
  readonly newestEventTime: number
  readonly windowMs: number
  readonly withinMs: number
  readonly log: (line: string) => void
}

interface Condition {
  readonly name: string
  /** What is still missing, or null. */
  readonly missing: () => Promise<string | null>
}

const pollMs = 500
const sayEveryMs = 15_000

/**
 * Resolves when the pipeline has come to rest after the last reading: everything aggregated, windows final past it,
 * late notices worked off, alerts judged by what came of them, and all of that in ClickHouse.
 * @throws Error naming what is still missing
 */
export async function untilSettled(options: SettleOptions): Promise<void> {
  const { kafka, withinMs, log } = options
  const admin = new LastingAdmin(kafka)
  const deadline = Date.now() + withinMs
  try {
    for (const { name, missing } of conditions(admin, options)) {
      let said = Date.now()
      for (;;) {
        const still = await missing()
        if (still === null) break
        if (Date.now() > deadline) throw new Error(`not settled: ${name}: ${still}`)
        if (Date.now() - said > sayEveryMs) {
          said = Date.now()
          log(`settling: ${name}: ${still}`)
        }
        await sleep(pollMs)
      }
      log(`settled: ${name}`)
    }
  } finally {
    await admin.disconnect()
  }
}

/** One after the other: each is asked about what the ones before have left in the log. */
function conditions(admin: LastingAdmin, options: SettleOptions): readonly Condition[] {
  const { newestEventTime, windowMs } = options
  const aggregated: Condition = {
    name: 'every reading aggregated',
    missing: () => firstBehind(admin, recordIds.map(telemetryTopic), () => 'citybrain-aggregate'),
  }
  const final: Condition = {
    name: 'windows final past the last reading',
    missing: async () => {
      const isFinal = await readFinalProgress(admin)
      const next = windowStart(newestEventTime, windowMs) + windowMs
      // One window for every partition of kpi.partial: each has its own task.
      const windows = Array.from(
        { length: topicOf(topicNames.partial).partitions },
        (_, i) => next + i * windowMs,
      )
      const open = recordIds.find(record => !windows.every(start => isFinal(record, start, windowMs)))
      return open ? `${open} is not` : null
    },
  }
  const corrected: Condition = {
    name: 'late notices worked off',
    missing: () => firstBehind(admin, [topicNames.late], () => correctGroup),
  }
  let told: Map<number, number> | undefined
  const judged: Condition = {
    name: 'alerts judged',
    missing: async () => {
      const { regional } = topicNames
      told ??= await endOffsets(admin, regional)
      const committed = await committedOffsets(admin, alertingGroup, regional)
      return reaches(committed, told) ? null : behind(regional, committed, told)
    },
  }
  let ends: Map<string, Map<number, number>> | undefined
  const archived: Condition = {
    name: 'everything archived',
    missing: async () => {
      // kpi.regional never ends: up to where it was when all else was done.
      ends ??= new Map(
        await Promise.all(
          archivedTopics.map(async topic => [topic, await endOffsets(admin, topic)] as const),
        ),
      )
      for (const [topic, end] of ends) {
        const committed = await committedOffsets(admin, archiveGroup(topic), topic)
        if (!reaches(committed, end)) return behind(topic, committed, end)
      }
      return null
    },
  }
  return [aggregated, final, corrected, judged, archived]
}

async function firstBehind(
  admin: LastingAdmin,
  names: readonly string[],
  groupOf: (topic: string) => string,
): Promise<string | null> {
  for (const topic of names) {
    const end = await endOffsets(admin, topic)
    const committed = await committedOffsets(admin, groupOf(topic), topic)
    if (!reaches(committed, end)) return behind(topic, committed, end)
  }
  return null
}

function behind(
  topic: string,
  committed: ReadonlyMap<number, number>,
  end: ReadonlyMap<number, number>,
): string {
  const partitions = [...end]
    .map(([partition, offset]) => [partition, offset - (committed.get(partition) ?? 0)] as const)
    .filter(([, lag]) => lag > 0)
  return `${topic} ${partitions.map(([partition, lag]) => `${partition}: ${lag} behind`).join(', ')}`
}
