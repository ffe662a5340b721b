import { ClickHouseException } from './exception.ts'

/** From this revision on a block starts with a block info, and every column says how it is serialised. */
const customSerialisation = 54454

/** Field 1 `is_overflows` = false, field 2 `bucket_num` = -1, end: what every block of a result says. */
const blockInfo = Buffer.from([1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0])
const defaultSerialisation = Buffer.from([0])

/**
 * The engine writes Native as for clients without a protocol version. Go clients (Grafana's ClickHouse data
 * source among them) send `client_protocol_version` and then expect what that revision adds, which is put
 * in here. Clients between (clickhouse-connect probes with 54405) notice that it is missing and do without.
 * @throws ClickHouseException 48 for a column type whose length cannot be told (JSON, Variant, states).
 */
export function nativeForRevision(bytes: Buffer, revision: number): Buffer {
  if (revision < customSerialisation) return bytes
  const parts: Buffer[] = []
  const reader = new Reader(bytes)
  while (reader.at < bytes.length) {
    parts.push(blockInfo)
    let from = reader.at
    const columns = reader.varint()
    const rows = reader.varint()
    for (let column = 0; column < columns; column += 1) {
      reader.skipString()
      const type = reader.string()
      parts.push(bytes.subarray(from, reader.at), defaultSerialisation)
      from = reader.at
      if (rows > 0) {
        reader.at += 8 * dictionaries(type)
        skipColumn(reader, type, rows)
      }
    }
    parts.push(bytes.subarray(from, reader.at))
  }
  return Buffer.concat(parts)
}

class Reader {
  at = 0
  private readonly bytes: Buffer

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  varint(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes.readUInt8(this.at)
      this.at += 1
      value += (byte % 128) * scale
      if (byte < 128) return value
    }
  }

  string(): string {
    const length = this.varint()
    this.at += length
    return this.bytes.toString('utf8', this.at - length, this.at)
  }

  skipString(): void {
    const length = this.varint()
    this.at += length
  }

  uint64(): number {
    this.at += 8
    return Number(this.bytes.readBigUInt64LE(this.at - 8) & 0xffffffffn)
  }

  /** The last of `count` 64-bit offsets: how many elements the arrays of a column have together. */
  lastOffset(count: number): number {
    this.at += (count - 1) * 8
    return this.uint64()
  }
}

const widths: ReadonlyMap<string, number> = new Map(
  Object.entries({
    1: 'UInt8 Int8 Bool Enum8 Nothing',
    2: 'UInt16 Int16 Date Enum16 BFloat16',
    4: 'UInt32 Int32 Float32 Date32 DateTime Time IPv4 Decimal32',
    8: 'UInt64 Int64 Float64 DateTime64 Time64 Decimal64',
    16: 'UInt128 Int128 UUID IPv6 Decimal128',
    32: 'UInt256 Int256 Decimal256',
  }).flatMap(([width, names]) => names.split(' ').map(name => [name, Number(width)] as const)),
)

const aliases: ReadonlyMap<string, string> = new Map([
  ['Point', 'Tuple(Float64, Float64)'],
  ['Ring', 'Array(Point)'],
  ['LineString', 'Array(Point)'],
  ['Polygon', 'Array(Ring)'],
  ['MultiLineString', 'Array(LineString)'],
  ['MultiPolygon', 'Array(Polygon)'],
])

function skipColumn(reader: Reader, type: string, rows: number): void {
  if (rows === 0) return
  const [name, inner] = splitType(aliases.get(type) ?? type)
  const width = name.startsWith('Interval') ? 8 : (widths.get(name) ?? parametricWidth(name, inner))
  if (width !== undefined) {
    reader.at += rows * width
    return
  }
  switch (name) {
    case 'String':
      for (let row = 0; row < rows; row += 1) reader.skipString()
      return
    case 'Nullable':
      reader.at += rows
      for (const element of inner) skipColumn(reader, element, rows)
      return
    case 'LowCardinality':
      for (const element of inner) skipDictionary(reader, element)
      return
    case 'Array': {
      const elements = reader.lastOffset(rows)
      for (const element of inner) skipColumn(reader, element, elements)
      return
    }
    case 'Map':
    case 'Nested': {
      const elements = reader.lastOffset(rows)
      for (const element of inner) skipColumn(reader, withoutName(element), elements)
      return
    }
    case 'Tuple':
      for (const element of inner) skipColumn(reader, withoutName(element), rows)
      return
    case 'SimpleAggregateFunction':
      skipColumn(reader, inner[1] ?? '', rows)
      return
    default:
      throw new ClickHouseException(
        'NOT_IMPLEMENTED',
        `A column of type ${type} cannot be sent in Native format to a client with a protocol version; convert it, for example with toString`,
      )
  }
}

/** Every dictionary in a type announces its version, 8 bytes, before the column's data begins. */
function dictionaries(type: string): number {
  const [name, inner] = splitType(type)
  if (name === 'LowCardinality') return 1
  if (!['Array', 'Map', 'Nested', 'Tuple'].includes(name)) return 0
  return inner.reduce((sum, element) => sum + dictionaries(withoutName(element)), 0)
}

/** Flags, the distinct values (null is one of them, so without a null map), and an index for each row. */
function skipDictionary(reader: Reader, type: string): void {
  const indexWidth = 2 ** (reader.uint64() & 0xff)
  const [name, inner] = splitType(type)
  skipColumn(reader, name === 'Nullable' ? (inner[0] ?? '') : type, reader.uint64())
  const rows = reader.uint64()
  reader.at += rows * indexWidth
}

function parametricWidth(name: string, inner: readonly string[]): number | undefined {
  const parameter = Number(inner[0])
  if (name === 'FixedString') return parameter
  if (name !== 'Decimal') return undefined
  if (parameter <= 9) return 4
  if (parameter <= 18) return 8
  return parameter <= 38 ? 16 : 32
}

/** `Tuple(a UInt8, b Array(String))` -> `['Tuple', ['a UInt8', 'b Array(String)']]`. */
export function splitType(type: string): [string, string[]] {
  const open = type.indexOf('(')
  if (open < 0) return [type, []]
  const parts: string[] = []
  let depth = 0
  let quote = ''
  let start = open + 1
  for (let at = open; at < type.length; at += 1) {
    const character = type.charAt(at)
    if (quote) {
      if (character === '\\') at += 1
      else if (character === quote) quote = ''
    } else if (character === "'" || character === '`') quote = character
    else if (character === '(') depth += 1
    else if (character === ')') depth -= 1
    if (!quote && ((character === ',' && depth === 1) || (character === ')' && depth === 0))) {
      parts.push(type.slice(start, at).trim())
      start = at + 1
    }
  }
  return [type.slice(0, open), parts]
}

function withoutName(element: string): string {
  return /^(?:`(?:[^`\\]|\\.)*`|\w+) +(?=\S)(.*)$/s.exec(element)?.[1] ?? element
}
