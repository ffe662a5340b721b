import type { ClickHouseClient } from '@clickhouse/client'
import type { Logs } from '../../platform/epochs/open-log.ts'
import type { OffsetsAdmin } from '../../platform/kafka/lasting-admin.ts'
import { censusSources } from '../../schemas/clickhouse/census/census-sources.ts'
import type { CensusId } from '../../schemas/kpis/kpi.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import { telemetryTopic, topicNames } from '../../schemas/topics.ts'
import { archivedOffsets, endPlaces, reaches } from '../archive/archive-progress.ts'
import type { LogPosition } from './log-position.ts'

type Offsets = Map<number, number>

export interface ArchivePositionsOptions {
  readonly admin: OffsetsAdmin
  readonly logs: Logs
  readonly clickhouse: ClickHouseClient
  readonly database: string
}

/** How far the topics behind a census go, and how much of them is in ClickHouse. */
export class ArchivePositions {
  private readonly options: ArchivePositionsOptions
  private readonly records: readonly RecordId[]
  /** First places still in the log, by topic: what lay below them will never be stored, if it is not. */
  private readonly lows = new Map<string, Offsets>()

  constructor(options: ArchivePositionsOptions, census: CensusId) {
    this.options = options
    this.records = censusSources[census]
  }

  /** Everything below is stored. */
  stored(): Promise<LogPosition> {
    return this.positionOf(topic => this.storedOf(topic))
  }

  /** Where the topics end now. */
  async ends(): Promise<LogPosition> {
    return this.positionOf(async topic => {
      const { admin, logs } = this.options
      const { base } = logs.of(topic)
      const offsets = await admin.fetchTopicOffsets(topic)
      this.lows.set(topic, new Map(offsets.map(({ partition, low }) => [partition, base + Number(low)])))
      return new Map(offsets.map(({ partition, high }) => [partition, base + Number(high)]))
    })
  }

  /** Where kpi.regional ends now. */
  regionalEnd(): Promise<Offsets> {
    const { admin, logs } = this.options
    return endPlaces(admin, logs, topicNames.regional)
  }

  /** Whether everything that was said in kpi.regional up to there is stored. */
  async regionalStored(end: ReadonlyMap<number, number>): Promise<boolean> {
    const { clickhouse, database } = this.options
    return reaches(await archivedOffsets({ clickhouse, database }, topicNames.regional), end)
  }

  private async storedOf(topic: string): Promise<Offsets> {
    const { clickhouse, database } = this.options
    const archived = new Map(await archivedOffsets({ clickhouse, database }, topic))
    for (const [partition, low] of this.lows.get(topic) ?? []) {
      archived.set(partition, Math.max(low, archived.get(partition) ?? 0))
    }
    return archived
  }

  private async positionOf(offsetsOf: (topic: string) => Promise<Offsets>): Promise<LogPosition> {
    const below = new Map<RecordId, Offsets>()
    for (const record of this.records) below.set(record, await offsetsOf(telemetryTopic(record)))
    return { below, assets: await offsetsOf(topicNames.assets) }
  }
}
