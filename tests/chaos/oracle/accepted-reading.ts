import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { RecordId } from '../../../schemas/records/record.ts'
import { identityOf } from '../../identity.ts'

/** A reading of the list of what was accepted. */
export interface AcceptedReading {
  readonly assetId: string
  /** Where it was sent from; of an asset that had moved by then, where it was before. */
  readonly county: string
  /** Where its asset had moved by then. */
  readonly movedTo?: string
  /** Epoch ms. */
  readonly eventTime: number
  /** The fields as they were sent, and `doubt`: why ingest has to doubt it. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Whether the log has it as suspect. */
  readonly suspect?: boolean
}

/** An asset as it was registered last. */
export interface RegisteredAsset {
  readonly assetId: string
  readonly record: string
  readonly kind: string
  readonly county: string
  /** All that it was registered in, one after the other. */
  readonly counties: readonly string[]
  /** s */
  readonly periodS: number | null
  /** Epoch ms. */
  readonly commissionedAt: number | null
  readonly retiredAt: number | null
  /** As ingest has it: since when it expects the asset without a date, and where it was before, until when. */
  readonly expectedFrom?: number | null
  readonly former?: readonly { readonly county: string; readonly until: number }[]
}

/** Epoch ms of RFC 3339 text or epoch ms. */
export function timeOf(value: unknown): number {
  const ms = typeof value === 'number' ? value : Date.parse(String(value))
  if (!Number.isFinite(ms)) throw new Error(`not a time: ${String(value)}`)
  return ms
}

/** Of each identity of one record type the first reading that was accepted. */
export async function firstReadings(
  acceptedFile: string,
  record: RecordId,
): Promise<readonly AcceptedReading[]> {
  const first = new Map<string, AcceptedReading>()
  const ofRecord = `{"record":"${record}",`
  for await (const line of linesOf(acceptedFile)) {
    // A list of a long run does not fit into memory: lines of the other record types are not even parsed.
    if (!line.startsWith(ofRecord)) {
      if (!line.startsWith('{"record":"')) throw new Error(`not an accepted reading: ${line.slice(0, 80)}`)
      continue
    }
    const fields = parseObject(line)
    const reading: AcceptedReading = {
      assetId: String(fields.asset_id),
      county: String(fields.county),
      ...(typeof fields.moved_to === 'string' ? { movedTo: fields.moved_to } : {}),
      eventTime: timeOf(fields.event_time),
      fields,
    }
    const identity = identityOf(record, reading.assetId, reading.eventTime, fields)
    if (!first.has(identity)) first.set(identity, reading)
  }
  return [...first.values()]
}

/** The assets that the load registered, from the file beside the list; of one that was registered again, the last. */
export async function registeredAssets(acceptedFile: string): Promise<readonly RegisteredAsset[]> {
  const assets = new Map<string, RegisteredAsset>()
  const given = (value: unknown) => value !== undefined && value !== null
  for await (const line of linesOf(`${acceptedFile}.assets`)) {
    const asset = parseObject(line)
    const assetId = String(asset.asset_id)
    const before = assets.get(assetId)?.counties ?? []
    const county = String(asset.county)
    assets.set(assetId, {
      assetId,
      counties: before.at(-1) === county ? before : [...before, county],
      record: String(asset.record),
      kind: String(asset.kind),
      county,
      periodS: given(asset.period_s) ? Number(asset.period_s) : null,
      commissionedAt: given(asset.commissioned_at) ? timeOf(asset.commissioned_at) : null,
      retiredAt: given(asset.retired_at) ? timeOf(asset.retired_at) : null,
    })
  }
  return [...assets.values()]
}

function linesOf(path: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
}

function parseObject(line: string): Record<string, unknown> {
  const value: unknown = JSON.parse(line)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`not an object: ${line.slice(0, 80)}`)
  return Object.fromEntries(Object.entries(value))
}
