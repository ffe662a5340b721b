import { CodedError } from '../../platform/errors.ts'
import type { ExportFormat } from './export-request.ts'

/** Looks at a file as it passes, so that a part of one is never taken for a whole one. */
export interface FileCheck {
  /** Rows seen so far; null where they cannot be seen. */
  readonly rows: number | null
  take(chunk: Buffer): void
  /** @throws CodedError `export_incomplete` when this cannot be the end of the file. */
  end(): void
}

/** @param rows there are at least: what is stored meanwhile may come on top */
export function fileCheck(format: ExportFormat, rows: number): FileCheck {
  return format === 'csv' ? new CsvCheck(rows) : new ParquetCheck()
}

/** A server that fails while it answers can only write so into the answer. */
const exception = /__exception__|Code: \d+\. DB::Exception/
const tailBytes = 8 * 1024
const newline = 10

/** A line a row: no column holds a line break. */
class CsvCheck implements FileCheck {
  private readonly expected: number
  private lines = 0
  private tail = Buffer.alloc(0)

  constructor(expected: number) {
    this.expected = expected
  }

  get rows(): number {
    return Math.max(0, this.lines - 1)
  }

  take(chunk: Buffer): void {
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) this.lines++
    this.tail = Buffer.concat([this.tail, chunk.subarray(-tailBytes)]).subarray(-tailBytes)
  }

  end(): void {
    const text = this.tail.toString('utf8')
    if (exception.test(text)) throw incomplete(`ClickHouse failed: ${text.slice(text.search(exception))}`)
    if (!text.endsWith('\n')) throw incomplete('it ends within a row')
    if (this.rows < this.expected) {
      throw incomplete(`it has ${this.rows} rows, and ${this.expected} were counted`)
    }
  }
}

const magic = Buffer.from('PAR1')

/** Begins and ends with its magic number, before which stands how long the footer is. */
class ParquetCheck implements FileCheck {
  readonly rows = null
  private bytes = 0
  private head = Buffer.alloc(0)
  private tail = Buffer.alloc(0)

  take(chunk: Buffer): void {
    this.bytes += chunk.length
    if (this.head.length < 4) this.head = Buffer.concat([this.head, chunk.subarray(0, 4)]).subarray(0, 4)
    this.tail = Buffer.concat([this.tail, chunk.subarray(-8)]).subarray(-8)
  }

  end(): void {
    const whole =
      this.bytes >= 12 &&
      this.head.equals(magic) &&
      this.tail.subarray(4).equals(magic) &&
      this.tail.readUInt32LE(0) <= this.bytes - 12
    if (!whole) throw incomplete('it does not end like a Parquet file')
  }
}

function incomplete(reason: string): CodedError {
  return new CodedError('export_incomplete', `the file is not whole: ${reason}`)
}
