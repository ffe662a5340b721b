import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clickhouseKey } from '../../clickhouse-password.ts'
import { type RunningClickHouse, startClickHouse } from './start-clickhouse.ts'

let server: RunningClickHouse

beforeAll(async () => {
  server = await startClickHouse()
})
afterAll(async () => {
  expect(await server.stop()).toBe(0)
})

const get = (path: string, init?: RequestInit) =>
  fetch(`${server.url}${path}`, { headers: clickhouseKey, ...init })
const ask = (query: string, init?: RequestInit) => get(`/?query=${encodeURIComponent(query)}`, init)
const post = (query: string, body?: string | ArrayBuffer) =>
  ask(query, { method: 'POST', ...(body === undefined ? {} : { body }) })
async function text(query: string): Promise<string> {
  const response = await post(query)
  const body = await response.text()
  if (!response.ok) throw new Error(body)
  return body
}

describe('as curl uses it', () => {
  it('answers the health checks', async () => {
    for (const path of ['/', '/ping', '/replicas_status']) {
      const response = await get(path)
      expect([response.status, await response.text()]).toEqual([200, 'Ok.\n'])
    }
    expect((await get('/nothing')).status).toBe(404)
  })

  it('takes the query from URL, body, or both', async () => {
    expect(await (await ask('SELECT 1')).text()).toBe('1\n')
    expect(await (await get('/', { method: 'POST', body: 'SELECT 2;' })).text()).toBe('2\n')
    expect(await (await post('SELECT', ' 3')).text()).toBe('3\n')
  })

  it('sends the headers of a server', async () => {
    const response = await get('/?query=SELECT+1+FORMAT+JSON&query_id=mine')
    const header = (name: string) => response.headers.get(name)
    expect(header('x-clickhouse-query-id')).toBe('mine')
    expect(header('x-clickhouse-format')).toBe('JSON')
    expect(header('x-clickhouse-timezone')).toBe('UTC')
    expect(header('x-clickhouse-server-display-name')).toBeTruthy()
    expect(header('content-type')).toBe('application/json; charset=UTF-8')
    expect(JSON.parse(header('x-clickhouse-summary') ?? '')).toMatchObject({ read_rows: '1' })
  })

  it('inserts what is in the body and what is in the query', async () => {
    await text('CREATE TABLE curl (a Int32, b String) ENGINE = MergeTree ORDER BY a')
    await post('INSERT INTO curl FORMAT CSV', '1,x\n2,"y\nz"\n')
    await post('INSERT INTO curl VALUES', "(3,'v'),(4,concat('w','w'))")
    await text("INSERT INTO curl (b, a) VALUES ('five', 5)")
    await post('INSERT INTO curl FORMAT CSV', '')
    await post("INSERT INTO curl SELECT a + 100, 'in' FROM input('a Int32') FORMAT CSV", '6\n')
    expect(await text('SELECT * FROM curl ORDER BY a')).toBe(
      '1\tx\n2\ty\\nz\n3\tv\n4\tww\n5\tfive\n106\tin\n',
    )
  })

  it('changes nothing on GET', async () => {
    await text('CREATE TABLE kept (a Int32) ENGINE = MergeTree ORDER BY a')
    for (const query of ['INSERT INTO kept VALUES (1)', 'INSERT INTO kept SELECT 1', 'DROP TABLE kept']) {
      for (const session of ['', '&session_id=reader']) {
        const response = await get(`/?query=${encodeURIComponent(query)}${session}`)
        expect(response.headers.get('x-clickhouse-exception-code')).toBe('164')
      }
    }
    expect(await text('SELECT count() FROM kept')).toBe('0\n')
  })
})

describe('formats', () => {
  it.each([
    'Native',
    'RowBinary',
    'RowBinaryWithNamesAndTypes',
    'Avro',
    'Parquet',
    'Arrow',
    'ArrowStream',
    'ORC',
    'MsgPack',
    'CSVWithNames',
    'JSONEachRow',
    'JSONCompactEachRowWithNamesAndTypes',
    'TabSeparatedWithNamesAndTypes',
    'JSONColumns',
  ])('%s goes out and comes in unchanged', async format => {
    const table = `f_${format}`
    const columns = `(id UInt32, s String, f Nullable(Float64), d DateTime64(3, 'UTC'), l Array(Int32))`
    await text(`CREATE TABLE ${table} ${columns} ENGINE = MergeTree ORDER BY id`)
    const rows = `SELECT toUInt32(number) AS id, unhex(hex(number % 256)) || 'é\\0' AS s,
      if(number % 3 = 0, NULL, number / 7) AS f, toDateTime64(number * 1.001, 3, 'UTC') AS d,
      range(toInt32(number % 4))::Array(Int32) AS l FROM numbers(3000) WHERE number < 128 OR number > 255`
    // JSON holds UTF-8 only.
    const source = rows.replace("unhex(hex(number % 256)) || 'é\\0'", `char(32 + number % 90) || 'é'`)
    const response = await post(`${source} FORMAT ${format}`)
    expect(response.status, await response.clone().text()).toBe(200)
    const inserted = await post(`INSERT INTO ${table} FORMAT ${format}`, await response.arrayBuffer())
    expect(await inserted.text()).toBe('')
    const hash = (from: string) =>
      text(`SELECT count(), sum(cityHash64(id, s, ifNull(f, -1), d, l)) FROM (SELECT * FROM (${from}))`)
    expect(await hash(`SELECT * FROM ${table}`)).toBe(await hash(source))
  })
})

describe('Native with a protocol version, as Go clients ask for it', () => {
  const columns: Record<string, string> = {
    u: 'number',
    s: 'toString(number)',
    n: 'if(number % 2 = 0, NULL, number)',
    a: "arrayMap(x -> repeat('z', x), range(number % 5))",
    m: "map('k', number, 'l', number + 1)",
    t: "CAST((number, [toString(number)]), 'Tuple(`a b` UInt64, c Array(String))')",
    e: "CAST('b,(', 'Enum8(\\'a\\' = 1, \\'b,(\\' = 2)')",
    d: 'toDecimal128(number, 3)',
    f: "toFixedString('abc', 5)",
    l: "toLowCardinality(if(number % 3 = 0, NULL, 'low'))",
    la: "arrayMap(x -> toLowCardinality('q'), range(number % 2))",
    lt: "(toLowCardinality('a'), number, toLowCardinality(toString(number)))",
    w: "toDateTime64(number, 3, 'Asia/Shanghai')",
    i: 'toIPv6(toIPv4(number))',
    x: 'NULL',
    v: 'toIntervalDay(number)',
    p: '(1.5, 2.5)::Point',
  }
  const select = Object.entries(columns).map(([name, expression]) => `${expression} AS ${name}`)
  const query = `SELECT ${select.join(', ')} FROM numbers(1000) FORMAT Native`
  const bytes = async (settings: string) => {
    const response = await get(`/?max_block_size=100&max_threads=1${settings}`, {
      method: 'POST',
      body: query,
    })
    if (!response.ok) throw new Error(await response.text())
    return Buffer.from(await response.arrayBuffer())
  }

  it('adds a block info to each block and a serialisation to each column', async () => {
    const plain = await bytes('')
    const revised = await bytes('&client_protocol_version=54460')
    const info = Buffer.from([1, 0, 2, 255, 255, 255, 255, 0])
    const count = Object.keys(columns).length
    let blocks = 0
    for (let at = revised.indexOf(info); at >= 0; at = revised.indexOf(info, at + 1)) {
      expect([...revised.subarray(at + 8, at + 12)]).toEqual([count, 100, 1, 'u'.charCodeAt(0)])
      blocks += 1
    }
    expect(blocks).toBe(10)
    expect(revised.length - plain.length).toBe(blocks * (info.length + count))
    expect(await bytes('&client_protocol_version=54405')).toEqual(plain)
  })

  it('says which type it cannot send that way', async () => {
    const response = await get('/?client_protocol_version=54460&default_format=Native', {
      method: 'POST',
      body: 'SELECT sumState(number) FROM numbers(3)',
    })
    expect(response.status).toBe(501)
    expect(await response.text()).toContain('AggregateFunction(sum, UInt64)')
  })
})

describe('errors', () => {
  it.each([
    ['SELECT * FROM nowhere', 404, 60, 'UNKNOWN_TABLE'],
    ['SELECT nowhere.x', 404, 47, 'UNKNOWN_IDENTIFIER'],
    ['SELECT nofunction(1)', 404, 46, 'UNKNOWN_FUNCTION'],
    ['SELEC 1', 400, 62, 'SYNTAX_ERROR'],
    ['SELECT 1; SELECT 2', 400, 62, 'SYNTAX_ERROR'],
    ["SELECT toUInt8('x')", 400, 6, 'CANNOT_PARSE_TEXT'],
    ['SELECT throwIf(1)', 500, 395, 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO'],
    [
      'SELECT 1 SETTINGS max_memory_usage = 1000, max_block_size = 1, no_such = 1',
      404,
      115,
      'UNKNOWN_SETTING',
    ],
    [
      'SELECT groupArray(number) FROM numbers(10000000) SETTINGS max_memory_usage = 1000000',
      500,
      241,
      'MEMORY_LIMIT_EXCEEDED',
    ],
    ['SELECT 1 FORMAT NoFormat', 404, 73, 'UNKNOWN_FORMAT'],
  ])('%s', async (query, status, code, name) => {
    const response = await post(query)
    const body = await response.text()
    expect(response.status).toBe(status)
    expect(response.headers.get('x-clickhouse-exception-code')).toBe(String(code))
    expect(body).toMatch(
      new RegExp(`^Code: ${code}\\. DB::Exception: [^]* \\(${name}\\) \\(version 26\\.[^]*\\)\\n$`),
    )
  })

  it('tells where the data of an INSERT is wrong, and inserts nothing of it', async () => {
    await text('CREATE TABLE strict (a Int32) ENGINE = MergeTree ORDER BY a')
    const response = await post('INSERT INTO strict FORMAT JSONEachRow', '{"a":1}\n{"a":"x"}\n')
    expect(response.status).toBe(400)
    const body = await response.text()
    expect(body).toContain('row 2')
    expect(body).not.toContain('spool')
    expect(await text('SELECT count() FROM strict')).toBe('0\n')
  })

  it.each([
    ['/?query=SELECT+1&database=nowhere', 404, 81],
    ['/?query=SELECT+1&no_such_setting=1', 404, 115],
    ['/?query=SELECT+1&session_id=gone&session_check=1', 500, 372],
    ['/?query=SELECT+1&session_timeout=x&session_id=s', 400, 36],
  ])('%s', async (path, status, code) => {
    const response = await get(path)
    expect(response.status).toBe(status)
    expect(response.headers.get('x-clickhouse-exception-code')).toBe(String(code))
  })
})

describe('many at once', () => {
  it('pings while all readers are busy, and inserts pass them', async () => {
    await text('CREATE TABLE beside (a Int32) ENGINE = MergeTree ORDER BY a')
    let ended = 0
    const slow = Array.from({ length: 12 }, () => text('SELECT sleep(2)').then(() => (ended += 1)))
    expect((await get('/ping')).status).toBe(200)
    await post('INSERT INTO beside VALUES', '(1)')
    // Twice as many as run at once: the second half waits for the first.
    expect(ended).toBeLessThan(12)
    await Promise.all(slow)
  })

  it('cancels the read of a client that left', async () => {
    const controller = new AbortController()
    const running = () =>
      text(
        "SELECT count() FROM system.processes WHERE query LIKE '%left behind%' AND query NOT LIKE '%processes%'",
      )
    const left = ask('SELECT sum(sipHash64(number)) FROM numbers(100000000000) /* left behind */', {
      signal: controller.signal,
    }).catch(error => error.name)
    await expect.poll(running, { timeout: 5000 }).toBe('1\n')
    controller.abort()
    expect(await left).toBe('AbortError')
    await expect.poll(running, { timeout: 5000 }).toBe('0\n')
  })
})
