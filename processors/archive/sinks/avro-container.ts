import { wireHeaderBytes } from '../../../platform/avro/avro-writer.ts'
import { logColumns } from '../../../schemas/clickhouse/reading-tables.ts'
import type { LogPosition } from '../pending-batch.ts'

/** A Kafka message whose value is an Avro datum behind the wire header. */
export interface Datum extends LogPosition {
  readonly value: Buffer
}

/** Bytes of the longest zigzag varint of a safe integer. */
const varintBytes = 8
const sync = Buffer.from('citybrain-archiv', 'latin1')
const magic = Buffer.from('Obj\x01', 'latin1')

/**
 * The header of an Avro object container file for a writer's schema with the place in the log appended: whoever
 * reads `datum + partition + offset` with it gets the reading and where it came from, and nothing was decoded.
 */
export function containerHeader(writerSchema: string): Buffer {
  const schema: { readonly fields: readonly object[] } = JSON.parse(writerSchema)
  const [partition, offset] = logColumns
  const extended = JSON.stringify({
    ...schema,
    fields: [...schema.fields, { name: partition, type: 'int' }, { name: offset, type: 'long' }],
  })
  return Buffer.concat([
    magic,
    varint(2),
    text('avro.schema'),
    text(extended),
    text('avro.codec'),
    text('null'),
    varint(0),
    sync,
  ])
}

/** One container file with one block: every message's datum, then its partition and offset. */
export function buildContainer(header: Buffer, data: readonly Datum[]): Buffer {
  let most = 0
  for (const { value } of data) most += value.length - wireHeaderBytes + 2 * varintBytes
  const block = Buffer.allocUnsafe(most)
  let at = 0
  for (const { value, partition, offset } of data) {
    at += value.copy(block, at, wireHeaderBytes)
    at = writeVarint(block, at, partition)
    at = writeVarint(block, at, offset)
  }
  return Buffer.concat([header, varint(data.length), varint(at), block.subarray(0, at), sync])
}

/** Avro's long: zigzag, then base 128, least significant group first. Safe integers from 0 up. */
function writeVarint(target: Buffer, start: number, value: number): number {
  let at = start
  let rest = value * 2
  while (rest > 127) {
    target[at] = (rest % 128) + 128
    rest = Math.floor(rest / 128)
    at += 1
  }
  target[at] = rest
  return at + 1
}

function varint(value: number): Buffer {
  const target = Buffer.alloc(varintBytes)
  return target.subarray(0, writeVarint(target, 0, value))
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8')
  return Buffer.concat([varint(bytes.length), bytes])
}
