import { type Static, Type } from 'typebox'
import { wallClock } from '../../platform/clock.ts'
import { messageOf } from '../../platform/errors.ts'
import { recordIds } from '../../schemas/records/record.ts'
import { records } from '../../schemas/records/records.ts'
import { requireRegions } from '../access/permissions.ts'
import { type Flow, readFlows, readUnread, type Unread } from '../history/read-flows.ts'
import { countSuspects } from '../history/read-suspects.ts'
import { problemResponses } from '../server/problems.ts'
import type { Api } from '../server/type-provider.ts'
import { recent } from './recent.ts'
import type { Sources } from './sources.ts'
import { EpochMs, NullableNumber, Position } from './wire-schemas.ts'

/** What this speaks of. */
const province = '370000'

const overMs = 3_600_000
/** A window may be corrected for a day; so long it is said what it lacks. */
const unreadOverMs = 86_400_000
const keepMs = 5_000

const Count = (description: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], description })

const RecordSchema = Type.Object({
  record: Type.String(),
  feed: Type.String(),
  newest_window: Type.Unsafe<{ window_start: number; window_end: number } | null>({
    type: ['object', 'null'],
    properties: { window_start: EpochMs, window_end: EpochMs },
    description: 'Newest window of the province, provisional or not',
  }),
  readings_per_s: NullableNumber,
  watermark_delay_ms: Count('How far the newest counted reading lies behind the clock'),
  close_delay_ms: Count('From the end of the newest final window to its result'),
  readings: Count('Counted in the final windows that start in the last hour'),
  duplicates: Count('Readings that came more than once, in the same windows'),
  late: Count('Readings that came after one of these windows had closed'),
  rejected: Count('Readings refused in the last hour'),
  suspect_assets: Count('Assets with readings of the last hour that are kept and not measured: /v1/suspects'),
})

const UnreadSchema = Type.Object({
  topic: Type.String(),
  partition: Type.Integer(),
  first_offset: Type.Integer(),
  last_offset: Type.Integer(),
  messages: Type.Integer({ description: 'How many messages the log says they are' }),
  reason: Type.String({
    description: 'damaged, too_large, unknown_codec, unknown_format; gone: before they were stored',
  }),
})

const Health = Type.Object(
  {
    server_time: EpochMs,
    position: Position,
    history: Type.Enum(['loaded', 'missing'], {
      description: '`missing`: ClickHouse was away at the start, older values are not served yet',
    }),
    stored: Type.Enum(['read', 'unavailable'], {
      description: '`unavailable`: ClickHouse does not answer, the counts of the last hour are null',
    }),
    disk: Type.Enum(['ok', 'low', 'full', 'unknown'], {
      description:
        '`full`: the stores have no room, readings are refused until somebody makes some. `unknown`: this host does not see their disk',
    }),
    disk_free_bytes: Count('What may still be written to that disk'),
    over_ms: Type.Integer({ description: 'Time that the counts are for' }),
    records: Type.Array(RecordSchema),
    unread: Type.Array(UnreadSchema, {
      description:
        'What of the log nobody could read in the last 24 hours, the newest first, at most 20: windows that are final may lack it',
    }),
  },
  { description: 'How the data is doing' },
)

/** `GET /v1/health/data`: can what the wall shows be trusted? Per record type, for the whole province. */
export function dataHealthRoute(api: Api, sources: Sources): void {
  const { table, live, historyLoaded, disk, clock, log } = sources
  const read = async (): Promise<Stored> => {
    const now = clock.now()
    const [flows, unread, suspects] = await Promise.all([
      readFlows(sources, now - overMs),
      readUnread(sources, now - unreadOverMs),
      countSuspects(sources, now - overMs),
    ])
    return { flows, unread, suspects }
  }
  const recently = recent(read, keepMs, wallClock)
  const stored = async (): Promise<Stored | undefined> => {
    try {
      return await recently()
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'the flow of the last hour cannot be read')
      return undefined
    }
  }
  api.get(
    '/health/data',
    {
      schema: {
        operationId: 'dataHealth',
        summary: 'Flow of readings per record type: rate, duplicates, late, rejected, delays',
        description:
          'Whether what is shown can be trusted now. It speaks of the whole province, and is for those who may see it.',
        tags: ['health'],
        response: { 200: Health, ...problemResponses('forbidden_region') },
      },
    },
    async ({ viewer }, reply) => {
      requireRegions(viewer, { regions: [province], depth: 'self' })
      const [counted, room] = await Promise.all([stored(), disk()])
      const now = clock.now()
      reply.header('cache-control', 'no-store')
      const health: Static<typeof Health> = {
        server_time: now,
        position: table.position,
        history: historyLoaded() ? 'loaded' : 'missing',
        stored: counted ? 'read' : 'unavailable',
        disk: room?.state ?? 'unknown',
        disk_free_bytes: room?.freeBytes ?? null,
        over_ms: overMs,
        records: recordIds.map(record => ({
          feed: records[record].feed,
          ...live.healthOf(record, now),
          ...countsOf(record, counted),
        })),
        unread: [...(counted?.unread ?? [])],
      }
      return health
    },
  )
}

interface Stored {
  readonly flows: readonly Flow[]
  readonly unread: readonly Unread[]
  /** Assets by record; none where it is left out. */
  readonly suspects: ReadonlyMap<string, number>
}

function countsOf(record: string, stored: Stored | undefined) {
  if (!stored) return { readings: null, duplicates: null, late: null, rejected: null, suspect_assets: null }
  const {
    readings = 0,
    duplicates = 0,
    late = 0,
    rejected = 0,
  } = stored.flows.find(flow => flow.record === record) ?? {}
  return { readings, duplicates, late, rejected, suspect_assets: stored.suspects.get(record) ?? 0 }
}
