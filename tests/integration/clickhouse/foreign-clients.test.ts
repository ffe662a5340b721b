import { buffer } from 'node:stream/consumers'
import { zstdDecompressSync } from 'node:zlib'
import { decompressFrameSync } from 'lz4-napi'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readBlockFrames } from '../../../deploy/local/clickhouse/compression/block-frames.ts'
import { clickhouseKey } from '../../clickhouse-password.ts'
import { goInsert } from '../../deploy/local/clickhouse/go-insert.ts'
import { type RunningClickHouse, startClickHouse } from './start-clickhouse.ts'

let server: RunningClickHouse

beforeAll(async () => {
  server = await startClickHouse()
})
afterAll(async () => {
  expect(await server.stop()).toBe(0)
})

const post = (query: string, body: string | Uint8Array<ArrayBuffer> = '', headers = {}) =>
  fetch(`${server.url}/?${query}`, { method: 'POST', headers: { ...clickhouseKey, ...headers }, body })
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())
const unframed = async (response: Response) =>
  await buffer(
    readBlockFrames(
      (async function* () {
        yield await bytesOf(response)
      })(),
      { checksums: true },
    ),
  )
const ask = async (sql: string) => {
  const response = await post('', sql)
  const text = await response.text()
  if (!response.ok) throw new Error(text)
  return text
}

/** What clickhouse-jdbc 0.9.8 sends with its defaults. */
const jdbc = {
  'content-type': 'text/plain',
  'x-clickhouse-format': 'RowBinaryWithNamesAndTypes',
  'x-clickhouse-database': 'default',
}
const fromJdbc = (sql: string) => post('compress=1&async_insert=0&wait_end_of_query=0', sql, jdbc)

describe('as the Java client asks', () => {
  it('answers in compressed blocks, and errors too', async () => {
    const created = await fromJdbc(
      'CREATE TABLE from_jdbc (id UInt64, s String) ENGINE = MergeTree ORDER BY id',
    )
    expect([created.status, (await bytesOf(created)).length]).toEqual([200, 0])
    expect((await fromJdbc("INSERT INTO from_jdbc (id, s) VALUES (1, 'it\\'s'),(2, 'b')")).status).toBe(200)
    const selected = await fromJdbc('SELECT id, s FROM from_jdbc WHERE id = 1')
    expect(selected.headers.get('x-clickhouse-format')).toBe('RowBinaryWithNamesAndTypes')
    expect((await unframed(selected)).toString('latin1')).toBe(
      `\x02\x02id\x01s\x06UInt64\x06String\x01${'\0'.repeat(7)}\x04it's`,
    )
    const failed = await fromJdbc('SELECT * FROM nowhere')
    expect([failed.status, failed.headers.get('x-clickhouse-exception-code')]).toEqual([404, '60'])
    expect((await unframed(failed)).toString()).toMatch(/^Code: 60\. DB::Exception: .* \(UNKNOWN_TABLE\)/)
  })

  it('answers a wrong password in the clear, as a server does', async () => {
    const refused = await post('compress=1', 'SELECT 1', { 'x-clickhouse-key': 'wrong' })
    expect([refused.status, (await refused.text()).slice(0, 9)]).toEqual([403, 'Code: 516'])
  })

  it('answers in LZ4 where HTTP compression is asked for, short answers and errors too', async () => {
    const asked = { ...jdbc, 'accept-encoding': 'lz4' }
    for (const [sql, starts] of [
      ['SELECT 1 FORMAT TSV', '1\n'],
      ['SELECT number FROM numbers(300000) FORMAT TSV', '0\n1\n2\n'],
      ['SELECT * FROM nowhere', 'Code: 60.'],
    ] as const) {
      const response = await post('enable_http_compression=1', sql, asked)
      expect(response.headers.get('content-encoding')).toBe('lz4')
      expect(
        decompressFrameSync(await bytesOf(response))
          .toString()
          .startsWith(starts),
      ).toBe(true)
    }
  })
})

describe('as the Go client asks', () => {
  const go = 'client_protocol_version=54460&compress=1&database=default&default_format=Native'

  it('takes a batch in compressed blocks', async () => {
    await ask('CREATE TABLE from_go (id UInt64, s String) ENGINE = MergeTree ORDER BY id')
    const inserted = await post(
      `${go}&decompress=1&network_compression_method=LZ4&query=INSERT+INTO+from_go+%28id%2C+s%29+FORMAT+Native`,
      new Uint8Array(goInsert),
      { 'content-type': 'application/octet-stream' },
    )
    expect([inserted.status, await inserted.text()]).toEqual([200, ''])
    expect(await ask('SELECT count(), sum(id), any(s) FROM from_go')).toBe('40\t780\tasset\n')
  })

  it('answers with the method that it names', async () => {
    const zstd = await bytesOf(await post(`${go}&network_compression_method=ZSTD`, "SELECT 'a' FORMAT TSV"))
    expect(zstd[16]).toBe(0x90)
    expect(zstdDecompressSync(zstd.subarray(25)).toString()).toBe('a\n')
  })

  it('inserts nothing of a body that breaks off or does not expand to what it says', async () => {
    const insert = `${go}&decompress=1&query=INSERT+INTO+from_go+FORMAT+Native`
    const lying = Buffer.from(goInsert)
    lying.writeUInt32LE(0x7fffffff, 21)
    for (const [body, code] of [
      [goInsert.subarray(0, -1), '33'],
      [lying, '39'],
    ] as const) {
      const response = await post(insert, new Uint8Array(body))
      expect(response.headers.get('x-clickhouse-exception-code')).toBe(code)
    }
    expect(await ask('SELECT count() FROM from_go')).toBe('40\n')
  })
})
