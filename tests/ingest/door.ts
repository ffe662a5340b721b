import type { FastifyInstance } from 'fastify'
import { DoorKeeper } from '../../ingest/access/door-keeper.ts'
import { buildDoor, type HttpDoorOptions } from '../../ingest/sources/http/http-door.ts'
import { HttpServers } from '../../platform/http/http-servers.ts'
import { createLog } from '../../platform/log.ts'
import { Metrics } from '../../platform/metrics.ts'
import type { memoryIngest } from './memory-ingest.ts'

/** The HTTP door before an ingest in memory, with narrow limits; open to everybody. */
export function doorOf(
  ingest: ReturnType<typeof memoryIngest>,
  options: Partial<HttpDoorOptions> = {},
): Promise<FastifyInstance> {
  return buildDoor({
    servers: new HttpServers([], new Metrics('ingest')),
    intake: ingest.intake,
    keeper: new DoorKeeper(null, ingest.clock),
    turns: ingest.turns,
    host: '127.0.0.1',
    port: 0,
    log: createLog('test', 'silent'),
    metrics: new Metrics('ingest'),
    maxBodyBytes: 10_000,
    maxDecompressedBytes: 100_000,
    maxDecompressionRatio: 200,
    maxItems: 3_000,
    maxInFlightBytes: 10_000_000,
    requestsPerMinute: 0,
    ...options,
  })
}
