/** Content types of ClickHouse's output formats; every format not listed is plain text. */
const byFormat: Readonly<Record<string, string>> = {
  Arrow: 'application/octet-stream',
  ArrowStream: 'application/octet-stream',
  Avro: 'application/octet-stream',
  BSONEachRow: 'application/octet-stream',
  CapnProto: 'application/octet-stream',
  MsgPack: 'application/octet-stream',
  Native: 'application/octet-stream',
  ORC: 'application/octet-stream',
  Parquet: 'application/octet-stream',
  Protobuf: 'application/octet-stream',
  RawBLOB: 'application/octet-stream',
  RowBinary: 'application/octet-stream',
  RowBinaryWithNames: 'application/octet-stream',
  RowBinaryWithNamesAndTypes: 'application/octet-stream',
  Npy: 'application/octet-stream',
  XML: 'application/xml; charset=UTF-8',
  Markdown: 'text/markdown; charset=UTF-8',
  Prometheus: 'text/plain; version=0.0.4; charset=UTF-8',
  SQLInsert: 'text/plain; charset=UTF-8',
}

export function contentType(format: string): string {
  const listed = byFormat[format]
  if (listed !== undefined) return listed
  if (/^CSV/.test(format)) {
    const header = /WithNames/.test(format) ? 'present' : 'absent'
    return `text/csv; charset=UTF-8; header=${header}`
  }
  if (/EachRow/.test(format) && /JSON/.test(format)) return 'application/x-ndjson; charset=UTF-8'
  if (/^JSON/.test(format)) return 'application/json; charset=UTF-8'
  if (/^(TSV|TabSeparated)/.test(format)) return 'text/tab-separated-values; charset=UTF-8'
  return 'text/plain; charset=UTF-8'
}
