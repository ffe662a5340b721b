import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { readConfig } from '../../../platform/config.ts'
import { ensureTopics } from '../../../platform/kafka/ensure-topics.ts'
import { kafkaClient, kafkaSettings } from '../../../platform/kafka/kafka-client.ts'
import { createLog } from '../../../platform/log.ts'
import { preload } from './workload.ts'

export interface Row {
  readonly name: string
  readonly readings: number
  readonly cpuSecondsPerMillion: number
}

/**
 * CPU seconds per million rack readings: decode, aggregator, whole stage, and beside them in the same run
 * the plain loop that people write first. 20,000 assets, 4 partitions, 136 counties, 0.5 % duplicates.
 */
export async function aggregateBench(env: NodeJS.ProcessEnv, readings: number): Promise<Row[]> {
  const config = readConfig(kafkaSettings, env)
  const kafka = kafkaClient(config, 'bench', createLog('bench', 'warn'))
  await ensureTopics(kafka)
  await preload(kafka, new SchemaRegistry(env.SCHEMA_REGISTRY_URL ?? ''), {
    readings,
    assets: 20_000,
    duplicateShare: 0.005,
  })
  const rows: Row[] = []
  for (const name of ['baseline', 'stage', 'decode', 'aggregator']) {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(import.meta.dirname, 'stage.ts'), name, String(readings)],
      { env, maxBuffer: 1 << 20 },
    )
    const result: { cpuSeconds: number; readings: number } = JSON.parse(
      stdout.trim().split('\n').at(-1) ?? '{}',
    )
    rows.push({ ...result, name, cpuSecondsPerMillion: (result.cpuSeconds / result.readings) * 1e6 })
  }
  return rows
}
