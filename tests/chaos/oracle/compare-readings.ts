import type { ClickHouseClient } from '@clickhouse/client'
import type { Field, RecordId } from '../../../schemas/records/record.ts'
import { fieldsOf, records } from '../../../schemas/records/records.ts'
import { identityOf } from '../../identity.ts'
import { type AcceptedReading, type RegisteredAsset, timeOf } from './accepted-reading.ts'
import type { Difference } from './difference.ts'

export interface ReadingsComparison {
  readonly compared: number
  readonly differences: readonly Difference[]
  /** The readings, with what is stored of them: whether they are suspect. */
  readonly marked: readonly AcceptedReading[]
}

/**
 * View `readings_<record>`: exactly the distinct accepted readings, each with the values of the first, and with the doubt that its
 * sender expects.
 */
export async function compareReadings(
  client: ClickHouseClient,
  database: string,
  record: RecordId,
  sizeMs: number,
  readings: readonly AcceptedReading[],
  assets: readonly RegisteredAsset[],
): Promise<ReadingsComparison> {
  // When ingest received it is the only thing that the sender cannot know.
  const fields = fieldsOf(records[record]).filter(({ name }) => name !== 'received_at')
  const open = new Map(
    readings.map(reading => [
      identityOf(record, reading.assetId, reading.eventTime, reading.fields),
      reading,
    ]),
  )
  const differences: Difference[] = []
  const kpi = `readings_${record}`
  const suspects = new Set<string>()
  const counties = new Map<string, string>()
  const moves = new Map(assets.map(({ assetId, former }) => [assetId, former?.at(-1)?.until]))
  const windowOf = (eventTime: number) => Math.floor(eventTime / sizeMs) * sizeMs
  let compared = 0

  for await (const row of storedReadings(client, database, record, fields)) {
    compared++
    const eventTime = Number(row.event_time)
    const identity = identityOf(record, String(row.asset_id), eventTime, row)
    const reading = open.get(identity)
    open.delete(identity)
    const found = fields.map(field => canonical(field, row[field.name]))
    const county = reading && countyOf(reading, moves.get(reading.assetId), String(row.county))
    const sent: Readonly<Record<string, unknown>> | undefined = reading && {
      ...reading.fields,
      ...said(reading.fields.doubt),
      county,
    }
    if (county !== undefined) counties.set(identity, county)
    if (row.suspect === true) suspects.add(identity)
    const wanted = sent && fields.map(field => canonical(field, sent[field.name]))
    const wrong = fields.filter((_, i) => wanted?.[i] !== found[i]).map(({ name }) => name)
    if (wanted && wrong.length === 0) continue
    const shown = (values: readonly unknown[]) =>
      JSON.stringify(
        Object.fromEntries(
          fields.map(({ name }, i) => [name, values[i]] as const).filter(([name]) => wrong.includes(name)),
        ),
      )
    differences.push({
      kpi,
      region: String(row.county),
      windowStart: windowOf(eventTime),
      stored: shown(found),
      expected: wanted ? shown(wanted) : 'missing',
      identity,
    })
  }
  for (const [identity, { county, eventTime, fields: sent }] of open) {
    compared++
    differences.push({
      kpi,
      region: county,
      windowStart: windowOf(eventTime),
      stored: 'missing',
      expected: JSON.stringify(sent),
      identity,
    })
  }
  const marked = readings.map(reading => {
    const identity = identityOf(record, reading.assetId, reading.eventTime, reading.fields)
    const county = counties.get(identity) ?? reading.county
    return { ...reading, county, suspect: suspects.has(identity) }
  })
  return { compared, differences, marked }
}

/** Doors that are told one after the other may take an asset to have moved at different times until they hear of each other. */
const unsureMs = 30_000

/**
 * Where a reading belongs: where its asset was at its event time, as far as the move was known by then.
 * @param moved when it moved, epoch ms
 */
function countyOf(
  { county, movedTo, eventTime }: AcceptedReading,
  moved: number | undefined,
  stored: string,
): string {
  if (movedTo === undefined || moved === undefined) return county
  if (Math.abs(eventTime - moved) < unsureMs && (stored === county || stored === movedTo)) return stored
  return eventTime < moved ? county : movedTo
}

/** What ingest adds to a reading that it doubts. */
function said(doubt: unknown): Readonly<Record<string, unknown>> {
  return typeof doubt === 'string' ? { suspect: true, suspect_reason: doubt } : {}
}

async function* storedReadings(
  client: ClickHouseClient,
  database: string,
  record: RecordId,
  fields: readonly Field[],
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const columns = fields.map(({ name, type }) =>
    type === 'timestamp' ? `toUnixTimestamp64Milli(r.${name}) AS ${name}` : `r.${name} AS ${name}`,
  )
  const result = await client.query({
    query: `SELECT ${columns.join(', ')} FROM ${database}.readings_${record} AS r`,
    format: 'JSONEachRow',
  })
  for await (const rows of result.stream<Record<string, unknown>>()) {
    for (const row of rows) yield row.json()
  }
}

/** One form for what was sent and what ClickHouse says: times as epoch ms, absent as null, whole numbers unquoted. */
function canonical({ type }: Field, value: unknown): unknown {
  if (value === undefined || value === null) return null
  if (type === 'timestamp')
    return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : timeOf(value)
  return type === 'long' || type === 'double' ? Number(value) : value
}
