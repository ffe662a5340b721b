import { expect, test } from 'vitest'
import type { ExportFormat } from '../../../api/exports/export-request.ts'
import { fileCheck } from '../../../api/exports/whole-file.ts'

const csv = '"kpi","value"\n"a",1\n"b",2\n'
const parquet = Buffer.concat([
  Buffer.from('PAR1columns'),
  Buffer.from('footer'),
  Buffer.from([6, 0, 0, 0]),
  Buffer.from('PAR1'),
])

/** Bytes arrive as they like. */
function check(format: ExportFormat, file: Buffer | string, rows: number, chunk: number) {
  const checked = fileCheck(format, rows)
  const bytes = Buffer.from(file)
  for (let at = 0; at < bytes.length; at += chunk) checked.take(bytes.subarray(at, at + chunk))
  checked.end()
  return checked.rows
}

test.each([1, 3, 8, 1_000])('a whole file is one, in pieces of %i bytes', chunk => {
  expect(check('csv', csv, 2, chunk)).toBe(2)
  // Stored while it was written.
  expect(check('csv', csv, 1, chunk)).toBe(2)
  expect(check('csv', '"kpi","value"\n', 0, chunk)).toBe(0)
  expect(check('parquet', parquet, 2, chunk)).toBe(null)
})

test.each([
  ['csv', csv, 3],
  ['csv', csv.slice(0, -1), 1],
  ['csv', '', 0],
  ['csv', `${csv}__exception__\r\ntag\r\nCode: 241. DB::Exception: memory\n`, 2],
  ['csv', `${csv}Code: 159. DB::Exception: Timeout exceeded\n`, 2],
  ['parquet', parquet.subarray(0, -1), 2],
  ['parquet', parquet.subarray(1), 2],
  ['parquet', Buffer.from('PAR1PAR1'), 2],
  ['parquet', Buffer.concat([parquet, Buffer.from('Code: 241. DB::Exception: memory\n')]), 2],
  ['parquet', Buffer.alloc(0), 0],
] as const)('a part of one is not: %s %j', (format, file, rows) => {
  for (const chunk of [1, 7, 1_000]) {
    expect(() => check(format, file, rows, chunk)).toThrow(
      expect.objectContaining({ code: 'export_incomplete' }),
    )
  }
})
