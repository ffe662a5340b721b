import { describe, expect, it } from 'vitest'
import { parseStatement } from '../../../../../deploy/local/clickhouse/protocol/statement.ts'

describe('plain statements', () => {
  it.each([
    ['SELECT 1', 'read', null],
    ['  -- why\n/* a /* nested */ b */ select 1 FORMAT JSONEachRow;', 'read', 'JSONEachRow'],
    ["SELECT 'x FORMAT CSV; DROP TABLE t'", 'read', null],
    ['SELECT `a;b`, "c;d" FROM t FORMAT Native SETTINGS max_threads = 1', 'read', 'Native'],
    ['SELECT (SELECT 1 FORMAT CSV)', 'read', null],
    ['(SELECT 1) UNION ALL (SELECT 2)', 'read', null],
    ['WITH 1 AS x SELECT x', 'read', null],
    ['WITH 1 AS x INSERT INTO t SELECT x', 'write', null],
    ['SET max_threads = 1', 'session', null],
    ['CREATE TABLE t (insert_at DateTime) ENGINE = Memory', 'write', null],
    ['INSERT INTO t SELECT 1', 'write', null],
    ['INSERT INTO t (a, b) WITH 1 AS x SELECT x, x', 'write', null],
    ['INSERT INTO t (SELECT 1)', 'write', null],
    ["INSERT INTO t FROM INFILE 'f.csv' FORMAT CSV", 'write', null],
    ['SELECT $tag$ ; FORMAT CSV $tag$ FORMAT TSV', 'read', 'TSV'],
  ])('%s', (sql, kind, format) => {
    expect(parseStatement(sql)).toMatchObject({ kind, format })
  })

  it('cuts the closing semicolon off', () => {
    expect(parseStatement('SELECT 1 ; -- done')).toMatchObject({ sql: 'SELECT 1 ' })
  })

  it('refuses several statements', () => {
    expect(() => parseStatement('SELECT 1; SELECT 2')).toThrow(/Multi-statements are not allowed/)
    expect(() => parseStatement('INSERT INTO t SELECT 1; DROP TABLE t')).toThrow(/Multi-statements/)
  })

  it.each(['', '  \n', '-- nothing', ';'])('takes %j for an empty query', sql => {
    expect(parseStatement(sql)).toEqual({ kind: 'empty' })
  })
})

describe('an INSERT with data', () => {
  it.each([
    ['INSERT INTO t FORMAT CSV\n1,2', 'CSV', '1,2'],
    ['INSERT INTO t FORMAT CSV\r\n1,2', 'CSV', '1,2'],
    ['insert into t format JSONEachRow {"a":1}', 'JSONEachRow', '{"a":1}'],
    ['INSERT INTO t VALUES (1),(2)', 'Values', '(1),(2)'],
    ['INSERT INTO t (a, `b FORMAT`) FORMAT TSV\n\nx', 'TSV', '\nx'],
    ['INSERT INTO TABLE db.format VALUES (1)', 'Values', '(1)'],
    ['INSERT INTO FUNCTION file(x) VALUES (1)', 'Values', '(1)'],
    ['INSERT INTO t FORMAT RowBinary\n\x00\xff;SELECT', 'RowBinary', '\x00\xff;SELECT'],
    ["INSERT INTO t FORMAT CSV SETTINGS a = 'x y', b=1\n7", 'CSV', '7'],
    ["INSERT INTO t SELECT a FROM input('a Int32') FORMAT CSV\n7", 'CSV', '7'],
  ])('%j', (text, format, data) => {
    const statement = parseStatement(text)
    expect(statement).toMatchObject({ kind: 'insert', format })
    if (statement.kind === 'insert') expect(text.slice(statement.dataStart)).toBe(data)
  })

  it.each([
    [
      'INSERT INTO t (a) FORMAT Avro\nObj',
      "INSERT INTO t (a)  FROM INFILE '/f' COMPRESSION 'none'  FORMAT Avro",
    ],
    [
      'INSERT INTO t SETTINGS x = 1 VALUES (1)',
      "INSERT INTO t  FROM INFILE '/f' COMPRESSION 'none' SETTINGS x = 1  FORMAT Values",
    ],
    [
      'INSERT INTO t FORMAT CSV SETTINGS a = 1\n1',
      "INSERT INTO t  FROM INFILE '/f' COMPRESSION 'none'  SETTINGS a = 1 FORMAT CSV",
    ],
    [
      "INSERT INTO t SELECT a FROM input('a Int32') WHERE a > 1 FORMAT CSV\n1",
      "INSERT INTO t SELECT a FROM file('/f', 'CSV', 'a Int32') WHERE a > 1 ",
    ],
    ['INSERT INTO t;', "INSERT INTO t FROM INFILE '/f' COMPRESSION 'none'  FORMAT Values"],
  ])('%j reads from a file', (text, sql) => {
    const statement = parseStatement(text)
    if (statement.kind !== 'insert') throw new Error(statement.kind)
    expect(statement.fromFile('/f', statement.format ?? 'Values')).toBe(sql)
  })

  it('is open while more text may still say where the data begins', () => {
    expect(parseStatement('INSERT INTO t (a,')).toMatchObject({ kind: 'insert', open: true })
    expect(parseStatement('INSERT INTO t FORMAT JSONEach')).toMatchObject({ open: true })
    expect(parseStatement('INSERT INTO t FORMAT JSONEachRow ')).toMatchObject({ open: false })
  })
})
