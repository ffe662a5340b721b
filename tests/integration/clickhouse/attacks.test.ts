import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { compressFrameSync } from 'lz4-napi'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blockFrames } from '../../../deploy/local/clickhouse/compression/block-frames.ts'
import {
  forbiddenDatabaseEngines,
  forbiddenEngines,
  forbiddenFunctions,
  harmlessDatabaseEngines,
  harmlessEngines,
  harmlessFunctions,
  pinnedSettings,
  sources,
} from '../../../deploy/local/clickhouse/guard/engine-surface.ts'
import { clickhouseKey } from '../../clickhouse-password.ts'
import { type RunningClickHouse, startClickHouse } from './start-clickhouse.ts'

let server: RunningClickHouse
let outside: string
let secret: string
/** Whatever the engine asks of the network arrives here. */
const visitor = createServer((_, response) => response.end('visited\n'))
const visits: string[] = []
let visitorUrl: string

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'citybrain-outside-'))
  secret = join(outside, 'secret')
  await writeFile(secret, 'top-secret\n')
  visitor.on('connection', socket => visits.push(String(socket.remotePort)))
  await new Promise<void>(resolve => visitor.listen(0, '127.0.0.1', resolve))
  const address = visitor.address()
  visitorUrl = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  server = await startClickHouse()
  await writeFile(join(server.dataDir, 'user_files/mine.csv'), '1,one\n')
  await writeFile(join(server.dataDir, 'spool/other'), '9,spooled\n')
  await text('CREATE TABLE t (a Int32, b String) ENGINE = MergeTree ORDER BY a')
  await text("INSERT INTO t VALUES (1, 'x')")
})

afterAll(async () => {
  visitor.close()
  expect(await server.stop()).toBe(0)
  await rm(outside, { recursive: true, force: true })
})

const send = (query: string, { method = 'POST', extra = '', body = '' } = {}) =>
  fetch(`${server.url}/?query=${encodeURIComponent(query)}${extra}`, {
    method,
    headers: clickhouseKey,
    ...(body === '' ? {} : { body }),
  })
async function text(query: string): Promise<string> {
  const response = await send(query)
  const answer = await response.text()
  if (!response.ok) throw new Error(answer)
  return answer
}
/** Paths of the test in place of their names. */
const filled = (query: string) =>
  query
    .replaceAll('@secret@', secret)
    .replaceAll('@out@', join(outside, 'out'))
    .replaceAll('@data@', server.dataDir)
    .replaceAll('@visitor@', visitorUrl)

/** Refused with a code of the request, nothing of the secret said, no file made, nobody visited. */
async function refused(query: string, options: { method?: string; extra?: string; body?: string } = {}) {
  const seen = visits.length
  const response = await send(filled(query), { ...options, extra: filled(options.extra ?? '') })
  const answer = await response.text()
  expect(answer).not.toContain('top-secret')
  expect(answer).not.toContain('spooled')
  expect(await readdir(outside)).toEqual(['secret'])
  expect(await readFile(secret, 'utf8')).toBe('top-secret\n')
  expect(await text('SELECT count() FROM t')).toBe('1\n')
  expect(visits.slice(seen)).toEqual([])
  expect(response.ok, answer).toBe(false)
  return response.headers.get('x-clickhouse-exception-code')
}

const denied = '497'

describe('with the password, by POST', () => {
  it.each([
    // Files of the machine, written.
    "INSERT INTO FUNCTION file('@out@','RawBLOB','x String') SELECT 'x'",
    "INSERT INTO FUNCTION file('mine.csv','RawBLOB','x String') SELECT 'x'",
    "INSERT INTO TABLE FUNCTION file('@out@', 'CSV', 'x String') VALUES ('x')",
    "INSERT INTO FUNCTION file('@secret@','RawBLOB','x String') SETTINGS engine_file_truncate_on_insert=1 SELECT 'x'",
    "SELECT 'x' INTO OUTFILE '@out@' FORMAT CSV",
    "select 1 into/**/outfile '@out@' truncate",
    "WITH 1 AS x SELECT x INTO OUTFILE '@out@'",
    "EXPLAIN SELECT 1 INTO OUTFILE '@out@'",
    "CREATE TABLE f (x String) ENGINE = File(CSV, '@out@')",
    "CREATE TABLE f (x String) engine=`Fi\\x6ce`(CSV, '@out@')",
    "CREATE TEMPORARY TABLE f (x String) ENGINE = File(CSV, '@out@')",
    "CREATE TABLE f AS file('@out@', 'CSV', 'x String')",
    "CREATE TABLE r (x UInt64, y String) ENGINE = EmbeddedRocksDB(0, '@out@') PRIMARY KEY x",
    "CREATE TABLE d (x UInt64) ENGINE = MergeTree ORDER BY x SETTINGS disk = disk(type = 'local', path = '@out@/')",
    "BACKUP TABLE t TO File('@out@')",
    "BACKUP TABLE t TO Disk('default', '@out@')",
    "COPY t TO '@out@'",
    'ALTER TABLE t FREEZE',
    "CREATE DATABASE s ENGINE = SQLite('@out@')",
    "SELECT 1 SETTINGS rename_files_after_processing = 'gone'",
    // Files of the machine, read.
    "SELECT * FROM file('@secret@','RawBLOB','x String')",
    "SELECT * FROM file('../../secret','RawBLOB','x String')",
    "SELECT * FROM file('mine.csv/../../../secret','RawBLOB','x String')",
    "SELECT * FROM file('{mine.csv,@secret@}','RawBLOB','x String')",
    "SELECT * FROM file('@data@/spool/*','CSV','a Int32, b String')",
    "SELECT * FROM file('@data@/spool/other','CSV','a Int32, b String')",
    "SELECT * FROM file(concat('/', 'etc/passwd'), 'RawBLOB', 'x String')",
    "SELECT * FROM `file`('@secret@','RawBLOB','x String')",
    "SELECT * FROM \"fi\\x6ce\"('@secret@','RawBLOB','x String')",
    "SELECT * FROM /* a */ file -- b\n ('@secret@','RawBLOB','x String')",
    "SELECT * FROM “file”('@secret@','RawBLOB','x String')",
    "SELECT * FROM file('mine.csv :: @secret@','RawBLOB','x String')",
    "SELECT * FROM (SELECT * FROM (SELECT * FROM file('@secret@','RawBLOB','x String')))",
    "SELECT 1 IN file('@secret@','RawBLOB','x String')",
    "DESCRIBE TABLE file('@secret@')",
    "CREATE VIEW v AS SELECT * FROM file('@secret@','RawBLOB','x String')",
    "CREATE MATERIALIZED VIEW v ENGINE = Memory AS SELECT a, file('@secret@') AS s FROM t",
    "INSERT INTO t FROM INFILE '@secret@' FORMAT LineAsString",
    "INSERT INTO t (b) FROM INFILE '@secret@' COMPRESSION 'none' FORMAT LineAsString",
    "SELECT file('@secret@')",
    "SELECT `file`('@secret@')",
    "SELECT `fi\\x6ce`('@secret@')",
    "SELECT “file”('@secret@')",
    "SELECT arrayMap(file, ['@secret@'])",
    "SELECT * APPLY file FROM (SELECT '@secret@' AS p)",
    "SELECT * APPLY(file) FROM (SELECT '@secret@' AS p)",
    "SELECT * REPLACE (file('@secret@') AS a) FROM t",
    "SELECT x'\\', file('@secret@') --'",
    'CREATE FUNCTION g AS (x) -> file(x)',
    "ALTER TABLE t ADD COLUMN c String DEFAULT file('@secret@')",
    "CREATE TABLE c (a Int32, s String DEFAULT file('@secret@')) ENGINE = Memory",
    "SELECT catboostEvaluate('@secret@', 1)",
    "SELECT * FROM filesystem('@data@')",
    "SELECT * FROM sqlite('@secret@', 't')",
    "SELECT * FROM icebergLocal('@out@')",
    "SELECT * FROM deltaLakeLocal('@out@')",
    "CREATE DATABASE s ENGINE = Filesystem('/')",
    "ATTACH TABLE z FROM '@out@' (x String) ENGINE = MergeTree ORDER BY x",
    "SELECT 1 AS x FORMAT Template SETTINGS format_template_row = '@secret@'",
    "SELECT 1 AS x FORMAT Template SETTINGS format_template_resultset = '@secret@'",
    "SELECT 1 AS x FORMAT Protobuf SETTINGS format_schema = '@secret@:X'",
    // SQL out of a string.
    "SELECT * FROM format(JSONEachRow, 'a String, b String DEFAULT file(\\'@secret@\\')', '{\"a\":1}')",
    "SELECT * FROM format(JSONEachRow, concat('a String, b String DEFAULT fi', 'le(\\'@secret@\\')'), '{\"a\":1}')",
    "SELECT * FROM format('Values', 'x String', $$(file('@secret@'))$$)",
    "SELECT * FROM file('mine.csv', 'CSV', 'a String, b String, c String DEFAULT file(\\'@secret@\\')')",
    "SELECT 1 AS x SETTINGS additional_result_filter = 'throwIf(1, file(\\'@secret@\\'))'",
    "SELECT * FROM t SETTINGS additional_table_filters = {'default.t': 'throwIf(1, file(\\'@secret@\\'))'}",
    "SELECT * FROM eval('SELECT 1')",
    "SELECT * FROM eval('SELECT 1') SETTINGS allow_experimental_eval_table_function = 1",
    'CREATE TABLE q (query String) ENGINE = QueryRunner',
    "SET dialect = 'prql'",
    "INSERT INTO t VALUES (2, file('@secret@'))",
    "INSERT INTO t VALUES (2, `fi\\x6ce`('@secret@'))",
    "INSERT INTO t VALUES (2, (SELECT * FROM format(Values, 'x String', concat('(fi', 'le(\\'@secret@\\'))'))))",
    "INSERT INTO t SETTINGS input_format_values_interpret_expressions = 1 VALUES (2, file('@secret@'))",
    // Other servers.
    "SELECT * FROM url('http://@visitor@/','RawBLOB','x String')",
    "SELECT * FROM urlCluster('default','http://@visitor@/','RawBLOB','x String')",
    "INSERT INTO FUNCTION url('http://@visitor@/','RawBLOB','x String') SELECT 'x'",
    "SELECT * FROM remote('@visitor@','system','one')",
    "SELECT * FROM remoteSecure('@visitor@','system','one')",
    "SELECT * FROM cluster('default', system.one)",
    "SELECT * FROM s3('http://@visitor@/bucket/x','CSV','x String')",
    "SELECT * FROM gcs('http://@visitor@/bucket/x','CSV','x String')",
    "SELECT * FROM iceberg('http://@visitor@/bucket/x')",
    "SELECT * FROM deltaLake('http://@visitor@/bucket/x')",
    "SELECT * FROM hudi('http://@visitor@/bucket/x')",
    "SELECT * FROM hdfs('hdfs://@visitor@/x','CSV','x String')",
    "SELECT * FROM azureBlobStorage('http://@visitor@/','c','x','CSV','auto','x String')",
    "SELECT * FROM mysql('@visitor@','d','t','u','p')",
    "SELECT * FROM postgresql('@visitor@','d','t','u','p')",
    "SELECT * FROM mongodb('@visitor@','d','t','u','p','x String')",
    "SELECT * FROM redis('@visitor@','k','k String, v String')",
    "SELECT * FROM odbc('DSN=x','d','t')",
    "SELECT * FROM jdbc('x','d','t')",
    "CREATE TABLE u (x String) ENGINE = URL('http://@visitor@/', CSV)",
    "CREATE TABLE u (x String) ENGINE = S3('http://@visitor@/bucket/x', 'CSV')",
    "CREATE TABLE u (x UInt8) ENGINE = Remote('@visitor@', 'system', 'one')",
    "CREATE TABLE u (x UInt8) ENGINE = Distributed('default', 'system', 'one')",
    "CREATE TABLE u (x String) ENGINE = Kafka('@visitor@', 't', 'g', 'CSV')",
    "CREATE TABLE u (x UInt64) ENGINE = MergeTree ORDER BY x SETTINGS disk = disk(type = 'web', endpoint = 'http://@visitor@/x/')",
    "CREATE DATABASE u ENGINE = MySQL('@visitor@', 'd', 'u', 'p')",
    "CREATE DICTIONARY u (k UInt64, v String) PRIMARY KEY k SOURCE(HTTP(url 'http://@visitor@/' format 'CSV')) LAYOUT(FLAT()) LIFETIME(0)",
    "RESTORE TABLE x FROM S3('http://@visitor@/bucket/x')",
    "SELECT 1 SETTINGS format_avro_schema_registry_url = 'http://@visitor@/'",
    // Programs.
    "SELECT * FROM executable('id', 'TSV', 'x String')",
    "CREATE TABLE e (x String) ENGINE = Executable('id', 'TSV')",
    "CREATE TABLE e (x String) ENGINE = ExecutablePool('id', 'TSV')",
    "CREATE DICTIONARY e (k UInt64, v String) PRIMARY KEY k SOURCE(EXECUTABLE(command 'touch @out@' format 'CSV')) LAYOUT(FLAT()) LIFETIME(0)",
    "CREATE DICTIONARY e (k UInt64, v String) PRIMARY KEY k SOURCE(FILE(path '@secret@' format 'CSV')) LAYOUT(FLAT()) LIFETIME(0)",
    // More rights, and the server itself.
    'CREATE USER mallory',
    'GRANT FILE ON *.* TO default',
    'EXECUTE AS default SELECT 1',
    "CREATE NAMED COLLECTION c AS url = 'http://@visitor@/'",
    'SYSTEM SHUTDOWN',
    'SYSTEM RELOAD CONFIG',
    "CREATE TABLE p (x UInt8) ENGINE = Memory PARALLEL WITH CREATE TABLE q AS file('@secret@')",
    'SELECT 1 SETTINGS max_memory_usage = 0',
    'SELECT 1 SETTINGS max_result_bytes = 0',
    "SELECT 1; SELECT file('@secret@')",
  ])('%s', async query => {
    expect([denied, '62', '452', '27', '38', '6', '344']).toContain(await refused(query))
  })

  it.each([
    ['param_f', '&param_f=file', "SELECT arrayMap({f:Identifier}, ['@secret@'])"],
    ['an escaped param_f', '&param_f=fi%5Cx6ce', "SELECT arrayMap({f:Identifier}, ['@secret@'])"],
    ['a table function by parameter', '&param_f=file', 'SELECT * FROM {f:Identifier}(1)'],
    [
      'a filter',
      `&additional_table_filters=${encodeURIComponent("{'default.t':'file(1) = 1'}")}`,
      'SELECT * FROM t',
    ],
    [
      'expressions among values',
      '&input_format_values_interpret_expressions=1',
      "INSERT INTO t VALUES (2, file('@secret@'))",
    ],
    ['a pinned setting', `&format_schema=x`, 'SELECT 1'],
    ['a limit taken away', '&max_memory_usage=0', 'SELECT 1'],
  ])('in the address: %s', async (_, extra, query) => {
    expect(await refused(query, { extra })).toMatch(/^(497|452|62)$/)
  })

  it('a session keeps no name for later', async () => {
    const extra = '&session_id=patient'
    expect(await refused("SET param_f = 'file'", { extra })).toBe(denied)
    expect(await refused("SET param_f = 'fi\\\\x6ce'", { extra })).toBe(denied)
  })

  it('a link out of the folder closes the folder', async () => {
    const query = "SELECT * FROM file('mine.csv', 'CSV', 'a Int32, b String')"
    expect(await text(query)).toBe('1\tone\n')
    const link = join(server.dataDir, 'user_files/link.csv')
    await symlink(secret, link)
    try {
      expect(await refused("SELECT * FROM file('link.csv', 'RawBLOB', 'x String')")).toBe(denied)
      expect(await refused("SELECT * FROM file('*.csv', 'RawBLOB', 'x String')")).toBe(denied)
    } finally {
      await rm(link)
    }
    expect(await text(query)).toBe('1\tone\n')
  })
})

describe('by GET', () => {
  it.each([
    ["INSERT INTO FUNCTION file('@out@','RawBLOB','x String') SELECT 'x'", '164'],
    ["INSERT INTO t SELECT 2, 'y'", '164'],
    ['CREATE TABLE g (x UInt8) ENGINE = Memory', '164'],
    ['CREATE TEMPORARY TABLE g (x UInt8)', '164'],
    ['DROP TABLE t', '164'],
    ['SET max_threads = 1', '164'],
    ['USE system', '164'],
    ['KILL QUERY WHERE 1', '164'],
    ['OPTIMIZE TABLE t', '164'],
    ['DELETE FROM t WHERE 1', '164'],
    ["WITH 1 AS x INSERT INTO t SELECT x, 'y'", '164'],
    ["SELECT 1 INTO OUTFILE '@out@' FORMAT CSV", denied],
    ["SELECT * FROM file('@secret@','RawBLOB','x String')", denied],
    ["SELECT * FROM url('http://@visitor@/','RawBLOB','x String')", denied],
  ])('%s', async (query, code) => {
    for (const extra of ['', '&session_id=get', '&readonly=0', '&allow_ddl=1&readonly=0']) {
      expect(await refused(query, { method: 'GET', extra })).toBe(code)
    }
  })

  it('reads, and settings that limit are taken', async () => {
    for (const query of [
      'SELECT count() FROM t',
      '(SELECT count() FROM t)',
      'WITH 1 AS x SELECT x',
      'EXISTS TABLE t',
    ]) {
      const response = await send(query, {
        method: 'GET',
        extra: '&max_threads=1&max_memory_usage=100000000',
      })
      expect([query, await response.text()]).toEqual([query, '1\n'])
    }
    const readOnly = await send('SELECT 1 SETTINGS readonly = 0', { method: 'GET' })
    expect(readOnly.headers.get('x-clickhouse-exception-code')).toBe('164')
  })
})

it('without the password nothing is answered but that it is there', async () => {
  const bob = { ...clickhouseKey, 'x-clickhouse-user': 'bob' }
  for (const headers of [bob, {}, { 'x-clickhouse-key': 'wrong' }, { authorization: 'Basic ZGVmYXVsdDo=' }]) {
    const response = await fetch(`${server.url}/?query=SELECT+1`, { headers })
    expect([response.status, response.headers.get('x-clickhouse-exception-code')]).toEqual([403, '516'])
  }
  for (const login of ['user=bob', 'password=x', 'user=default&password=']) {
    const response = await fetch(`${server.url}/?query=SELECT+1&${login}`)
    expect(response.headers.get('x-clickhouse-exception-code')).toBe('516')
  }
  for (const path of ['/ping', '/replicas_status']) {
    expect(await (await fetch(`${server.url}${path}`)).text()).toBe('Ok.\n')
  }
})

it('what looks like an attack and is none is done', async () => {
  await text('CREATE TABLE plain (a Int32, b String) ENGINE = Memory')
  await text("INSERT INTO plain VALUES (1, 'a file (select it)'), (2, 'INTO OUTFILE')")
  await text("INSERT INTO plain VALUES (1 + 2, concat('c', 'd'))")
  expect(await text("SELECT count(), countIf(b LIKE '%file(%') FROM plain WHERE b != 'url(x)'")).toBe(
    '3\t0\n',
  )
  expect(await text("SELECT format('{}-{}', lower('A'), b) FROM plain WHERE a = 3")).toBe('a-cd\n')
  await text('CREATE TABLE named (`file` String) ENGINE = Memory')
    .then(() => Promise.reject(new Error('it was made')))
    .catch(error => expect(String(error)).toContain('table.file'))
  const response = await send('SELECT {t:String} AS file_name', { extra: '&param_t=file' })
  expect(await response.text()).toBe('file\n')
})

describe('the engine that runs', () => {
  const names = async (query: string) => (await text(`${query} ORDER BY name`)).trim().split('\n')

  it('has no table function that is not classified', async () => {
    const known = new Set<string>([
      ...harmlessFunctions,
      ...forbiddenFunctions,
      ...Object.values(sources).flatMap(source => [...source.functions]),
    ])
    const found = await names('SELECT name FROM system.table_functions')
    expect(found.filter(name => !known.has(name))).toEqual([])
  })

  it('has no engine that is not classified', async () => {
    const known = new Set<string>([
      ...harmlessEngines,
      ...forbiddenEngines,
      ...Object.values(sources).flatMap(source => [...source.engines]),
    ])
    const found = await names('SELECT name FROM system.table_engines')
    expect(found.filter(name => !known.has(name))).toEqual([])
    const databases = await names('SELECT name FROM system.database_engines')
    const knownDatabases = new Set([...harmlessDatabaseEngines, ...forbiddenDatabaseEngines])
    expect(databases.filter(name => !knownDatabases.has(name))).toEqual([])
  })

  it('has every setting that is pinned, pinned', async () => {
    const list = Object.keys(pinnedSettings).map(name => `'${name}'`)
    const found = await names(`SELECT name FROM system.settings WHERE readonly AND name IN (${list})`)
    expect(found).toEqual(Object.keys(pinnedSettings).sort())
  })

  it('has no scalar function that would be taken for a table function that is off', async () => {
    const off = [...forbiddenFunctions, ...Object.values(sources).flatMap(source => [...source.functions])]
    const found = await text(
      `SELECT name FROM system.functions WHERE lower(name) IN (${off.map(name => `lower('${name}')`)}) ORDER BY name`,
    )
    expect(found).toBe('')
  })
})

it('what the setting names is on, and nothing else; without it, what was made of it is taken away', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'citybrain-allowed-'))
  const asked = async ({ url }: RunningClickHouse, query: string) => {
    const address = `${url}/?query=${encodeURIComponent(filled(query))}`
    return (await fetch(address, { method: 'POST', headers: clickhouseKey })).text()
  }
  try {
    const open = await startClickHouse({ dataDir, env: { CLICKHOUSE_ALLOW: 'url' } })
    expect(await asked(open, "SELECT * FROM url('http://@visitor@/', 'TSV', 'x String')")).toBe('visited\n')
    expect(await asked(open, "SELECT * FROM s3('http://@visitor@/b/x','CSV','x String')")).toContain(
      'CLICKHOUSE_ALLOW=s3',
    )
    expect(await asked(open, "CREATE TABLE far (x String) ENGINE = URL('http://@visitor@/', TSV)")).toBe('')
    expect(await asked(open, 'CREATE TABLE near (x String) ENGINE = Memory')).toBe('')
    await open.stop()

    const closed = await startClickHouse({ dataDir })
    expect(closed.log.filter(line => line.includes('detached')).join()).toContain('"table":"far"')
    for (const query of ['ATTACH TABLE far', 'SELECT * FROM far']) {
      expect(await asked(closed, query)).toMatch(/ACCESS_DENIED|UNKNOWN_TABLE/)
    }
    expect(await asked(closed, 'SELECT count() FROM near')).toBe('0\n')
    await closed.stop()
    const again = await startClickHouse({ dataDir, env: { CLICKHOUSE_ALLOW: 'url' } })
    expect(await asked(again, 'SELECT * FROM far')).toBe('visited\n')
    await again.stop()
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})

it('a body that stops or grows beyond its bound ends with a code and leaves nothing', async () => {
  const env = { CLICKHOUSE_BODY_WITHIN_MS: '300', CLICKHOUSE_MAX_BODY_BYTES: '100000' }
  const bounded = await startClickHouse({ env })
  try {
    const insert = (body: NonNullable<RequestInit['body']>, headers = {}, parameters = '') =>
      fetch(`${bounded.url}/?query=${encodeURIComponent('INSERT INTO t FORMAT CSV')}${parameters}`, {
        method: 'POST',
        headers: { ...clickhouseKey, ...headers },
        body,
        duplex: 'half',
      } as RequestInit)
    const create = 'CREATE TABLE t (a String) ENGINE = Memory'
    await fetch(`${bounded.url}/`, { method: 'POST', headers: clickhouseKey, body: create })
    const stops = new ReadableStream({ start: controller => controller.enqueue(Buffer.from('1,\n')) })
    const stopped = await insert(stops)
    expect(stopped.headers.get('x-clickhouse-exception-code')).toBe('209')
    const large = Buffer.alloc(10_000_000, 'a')
    const inBlocks = await buffer(blockFrames(large, 'LZ4'))
    const part = '--cut\r\nContent-Disposition: form-data; name="m"; filename="m"\r\n\r\n'
    const form = Buffer.concat([Buffer.from(part), large, Buffer.from('\r\n--cut--\r\n')])
    const formType = { 'content-type': 'multipart/form-data; boundary=cut' }
    for (const bomb of [
      await insert(gzipSync(large), { 'content-encoding': 'gzip' }),
      await insert(new Uint8Array(compressFrameSync(large)), { 'content-encoding': 'lz4' }),
      await insert(new Uint8Array(inBlocks), {}, '&decompress=1'),
      await insert(gzipSync(inBlocks), { 'content-encoding': 'gzip' }, '&decompress=1'),
      await insert(gzipSync(form), { 'content-encoding': 'gzip', ...formType }, '&m_structure=a+String'),
    ]) {
      expect([bomb.status, bomb.headers.get('x-clickhouse-exception-code')]).toEqual([413, '229'])
    }
    expect(await readdir(join(bounded.dataDir, 'spool'))).toEqual([])
    expect((await insert('fine\n')).status).toBe(200)
  } finally {
    await bounded.stop()
  }
})
