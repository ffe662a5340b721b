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

const post = (query: string, body: string | Uint8Array<ArrayBuffer> | FormData = '', headers = {}) =>
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

  it('takes a batch in compressed blocks, and joins it with a table that the query brings along', async () => {
    await ask('CREATE TABLE from_go (id UInt64, s String) ENGINE = MergeTree ORDER BY id')
    const inserted = await post(
      `${go}&decompress=1&network_compression_method=LZ4&query=INSERT+INTO+from_go+%28id%2C+s%29+FORMAT+Native`,
      new Uint8Array(goInsert),
      { 'content-type': 'application/octet-stream' },
    )
    expect([inserted.status, await inserted.text()]).toEqual([200, ''])
    const boundary = '0e98b7ab989020bf1e8791a5da2a784a'
    const wanted = `\x02\x02\x02id\x06UInt64\x03${'\0'.repeat(7)}\x05${'\0'.repeat(7)}\x04note\x06String\x01x\x01y`
    const form = [
      `--${boundary}\r\nContent-Disposition: form-data; name="wanted"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n`,
      `${wanted}\r\n--${boundary}\r\nContent-Disposition: form-data; name="query"\r\n\r\n`,
      `SELECT id, s, note FROM from_go INNER JOIN wanted USING id ORDER BY id\r\n--${boundary}--\r\n`,
    ]
    const joined = await post(
      `${go}&network_compression_method=LZ4&wanted_format=Native&wanted_structure=id+UInt64%2C+note+String`,
      new Uint8Array(Buffer.from(form.join(''), 'latin1')),
      { 'content-type': `multipart/form-data; boundary=${boundary}` },
    )
    const block = (await unframed(joined)).toString('latin1')
    for (const column of [`\x03${'\0'.repeat(7)}\x05${'\0'.repeat(7)}`, '\x05asset\x05asset', '\x01x\x01y'])
      expect(block).toContain(column)
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

describe('external tables', () => {
  /** A query with files: name, and the parameters of its table. */
  async function withTables(sql: string, files: Record<string, string>, parameters: Record<string, string>) {
    const form = new FormData()
    form.append('query', sql)
    for (const [name, content] of Object.entries(files)) form.append(name, new Blob([content]), name)
    const response = await post(String(new URLSearchParams(parameters)), form)
    return await response.text()
  }
  const m = { m_structure: 'id UInt32, name LowCardinality(Nullable(String))', m_format: 'CSV' }

  it('are there for their query, with the types they were given', async () => {
    const sql = 'SELECT name, toTypeName(name) FROM m WHERE id IN (SELECT _1 FROM n) AND id = {x:UInt32}'
    const parameters = {
      ...m,
      n_types: "UInt32, Enum8('a,b' = 1)",
      param_x: '2',
      date_time_input_format: 'basic',
    }
    expect(await withTables(sql, { m: '1,a\n2,b\n', n: '2\ta,b\n' }, parameters)).toBe(
      'b\tLowCardinality(Nullable(String))\n',
    )
    expect(await withTables('SELECT count() FROM m', { m: '' }, m)).toBe('0\n')
    expect(await ask('SELECT count() FROM m').catch(String)).toContain('UNKNOWN_TABLE')
  })

  it('of one name are as many tables as queries, in sessions too', async () => {
    const counts = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        withTables(
          'SELECT count(), any(id) FROM m',
          { m: `${n},a\n`.repeat(n + 1) },
          { ...m, ...(n % 2 ? { session_id: `s${n}` } : {}) },
        ),
      ),
    )
    expect(counts).toEqual(Array.from({ length: 12 }, (_, n) => `${n + 1}\t${n}\n`))
  })

  it('are gone from a session after the query, and after one that fails', async () => {
    const session = { session_id: 'one', readonly: '1' }
    for (const [sql, answer] of [
      ['SELECT count() FROM m', /^1\n$/],
      ['SELECT nothing FROM m', /UNKNOWN_IDENTIFIER/],
      ['SELECT count() FROM m', /^1\n$/],
      ['CREATE TABLE made (a Int8) ENGINE = Memory', /READONLY/],
    ] as const) {
      expect(await withTables(sql, { m: '1,a\n' }, { ...m, ...session })).toMatch(answer)
      expect(await (await post('session_id=one', 'SELECT count() FROM m')).text()).toContain('UNKNOWN_TABLE')
    }
  })

  it("leave a session's own table of that name alone", async () => {
    await post('session_id=own', 'CREATE TEMPORARY TABLE m (id UInt32)')
    const session = { ...m, session_id: 'own' }
    expect(await withTables('SELECT count() FROM m', { m: '1,a\n' }, session)).toContain(
      'TABLE_ALREADY_EXISTS',
    )
    expect(await (await post('session_id=own', 'SELECT count() FROM m')).text()).toBe('0\n')
  })

  it('fill tables that stay', async () => {
    await withTables('CREATE TABLE stays ENGINE = Memory AS SELECT * FROM m', { m: '1,a\n2,\\N\n' }, m)
    await withTables('INSERT INTO stays SELECT * FROM m', { m: '3,c\n' }, m)
    expect(await ask('SELECT * FROM stays ORDER BY id')).toBe('1\ta\n2\t\\N\n3\tc\n')
  })

  it.each([
    ['no columns', {}, /Code: 36\. .*m_structure or m_types/],
    ['no such format', { ...m, m_format: 'CSV; DROP TABLE stays' }, /Code: 73\./],
    ['wrong data', { ...m, m_structure: 'id UInt8, n UInt8' }, /Code: 117\..*row 1/s],
    [
      'a column that computes',
      { ...m, m_structure: "id UInt32, f String DEFAULT file('x')" },
      /Code: 36\..*names and types/,
    ],
    ['an engine', { ...m, m_structure: "id UInt32) ENGINE = File('CSV', '/etc/passwd') --" }, /Code: 497\./],
    ['another statement', { ...m, m_structure: 'id UInt32); DROP TABLE stays; --' }, /Code: 62\./],
    ['values that compute', { m_structure: 'id UInt32', m_format: 'Values' }, /Code: 344\./],
  ])('are refused with %s', async (_, parameters, message) => {
    const content = 'm_format' in parameters && parameters.m_format === 'Values' ? '(plus(1, 1))' : '1,a\n'
    expect(await withTables('SELECT * FROM m', { m: content }, parameters)).toMatch(message)
  })
})

it('says in words that there is no query_log', async () => {
  expect(await ask('SELECT count() FROM system.query_log').catch(String)).toContain('keeps no log tables')
})
