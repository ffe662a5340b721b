import { dirname, join } from 'node:path'
import { parse } from 'csv-parse'
import { CodedError } from '../../../../platform/errors.ts'
import { lineTooLong, maxPartBytes } from '../lines.ts'
import type { SkipTally } from '../skip-tally.ts'
import { type SourceFile, sourceFile } from '../source-file.ts'

/**
 * Calls `onRow` with the named columns of every row, in the order of `names`, and the row's line. A row that is not as
 * wide as the header is counted as malformed and left out.
 * @throws CodedError `column_missing`; `line_too_long`, of a quotation that does not end, too.
 */
export async function readCsv(
  file: SourceFile,
  names: readonly string[],
  skipped: SkipTally,
  onRow: (cells: string[], line: number) => void,
  onProgress?: (bytes: number) => void,
): Promise<void> {
  const malformed = (line: number) => skipped.add('malformed_row', `${file.name}:${line}`)
  const rows = parse({
    relax_column_count: true,
    skip_empty_lines: true,
    info: true,
    skip_records_with_error: true,
    max_record_size: maxPartBytes,
    on_skip: error => {
      if (error?.code === 'CSV_MAX_RECORD_SIZE') throw lineTooLong(`${file.path}:${rows.info.lines}`)
      malformed(error && 'lines' in error ? Number(error.lines) : 0)
      return undefined
    },
  })
  const text = file.read(onProgress)
  text.on('error', error => rows.destroy(error))
  text.pipe(rows)
  let width = 0
  let columns: number[] | undefined
  for await (const { record, info } of rows as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
    if (!columns) {
      width = record.length
      columns = columnsOf(record, names, file)
    } else if (record.length !== width) malformed(info.lines)
    else
      onRow(
        columns.map(column => record[column] ?? ''),
        info.lines,
      )
  }
}

function columnsOf(header: readonly string[], names: readonly string[], file: SourceFile): number[] {
  const missing = names.filter(name => !header.includes(name))
  if (missing.length > 0) {
    throw new CodedError('column_missing', `${file.path}: no column ${missing.join(', ')}`)
  }
  return names.map(name => header.indexOf(name))
}

/** The file of that name in the same folder. @throws CodedError `file_unreadable`. */
export function sibling(file: SourceFile, name: string): Promise<SourceFile> {
  return sourceFile(join(dirname(file.path), name), file.encoding)
}

/** The number a cell holds; NaN when it holds none. An empty cell is not zero. */
export function numberIn(cell: string | undefined): number {
  return cell === undefined || cell.trim() === '' ? Number.NaN : Number(cell)
}

/** `2023-01-01 01:00:00` at an offset such as `+08:00` -> RFC 3339. */
export function withOffset(local: string | undefined, offset: string): string {
  return `${local ?? ''}${offset}`
}
