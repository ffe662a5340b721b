import { describe, expect, it } from 'vitest'
import { checkStatement } from '../../../../../deploy/local/clickhouse/guard/check-statement.ts'
import type { SourceName } from '../../../../../deploy/local/clickhouse/guard/engine-surface.ts'

const rules = { allowed: new Set<SourceName>(), ownFile: null, readOnly: false }
const own = { ...rules, ownFile: '/data/spool/1' }

describe('statements as the engine writes them', () => {
  it.each([
    "SELECT format('{}', lower(a)), url, remote.file FROM db.t WHERE b = 'file(x)' SETTINGS max_threads = 1",
    "SELECT * FROM file('mine.csv', CSV, 'a String')",
    "SELECT * FROM file('读数 1.csv')",
    "CREATE TABLE t (`a` Int32) ENGINE = ReplacingMergeTree(v) ORDER BY a SETTINGS storage_policy = 'default'",
    'CREATE OR REPLACE VIEW v AS SELECT 1',
    'CREATE DATABASE d ENGINE = Memory',
    'INSERT INTO t (a) SELECT a FROM u',
    'EXISTS TABLE t',
    "SET param_s = 'a\\\\tb'",
  ])('takes %s', statement => {
    expect(() => checkStatement(statement, rules)).not.toThrow()
  })

  it.each([
    ['', 'read to its end'],
    ['1', 'begins with this'],
    ['m', 'begins with M'],
    ['ATTACH TABLE t', 'begins with ATTACH'],
    ["BACKUP TABLE t TO Disk('a', 'b')", 'begins with BACKUP'],
    ['CREATE DICTIONARY d (k UInt64)', 'CREATE DICTIONARY'],
    ['CREATE TABLE t ENGINE = Brand_New', 'not known here'],
    ["CREATE TABLE t ENGINE = URL('x')", 'CLICKHOUSE_ALLOW=url'],
    ['CREATE DATABASE t ENGINE = MergeTree', 'not known here'],
    ["SELECT 1 INTO OUTFILE 'x'", 'INTO OUTFILE'],
    ["INSERT INTO t FROM INFILE '/data/spool/1' FORMAT CSV", 'FROM INFILE'],
    ['SELECT file', 'file'],
    ['SELECT `fi\\x6ce`(a)', 'file'],
    ['SELECT x.file(a)', 'file'],
    ["SELECT * FROM file('../x')", 'file'],
    ["SELECT * FROM file('a.csv', CSV, concat('a', ' String'))", 'plain text'],
    ["SELECT * FROM file('a.csv', CSV, 'a String default now()')", 'plain text'],
    ["SELECT * FROM format(JSONEachRow, 'a String', x)", 'format is off'],
    ["SELECT * FROM S3('x')", 'CLICKHOUSE_ALLOW=s3'],
    ["SELECT 'never closed", 'read to its end'],
    ['SELECT 1 PARALLEL WITH SELECT 2', 'begins with SELECT'],
    ['SELECT 1 SETTINGS additional_table_filters = map()', 'additional_table_filters'],
    ["SET param_f = 'fi\\\\x6ce'", 'file'],
  ])('refuses %s', (statement, reason) => {
    expect(() => checkStatement(statement, rules)).toThrow(reason)
  })
})

it('an INSERT reads its own data, and only that', () => {
  const insert = (path: string) => `INSERT INTO t FROM INFILE '${path}' COMPRESSION 'none' FORMAT CSV`
  expect(() => checkStatement(insert('/data/spool/1'), own)).not.toThrow()
  expect(() => checkStatement(insert('/data/spool/2'), own)).toThrow('FROM INFILE')
  const input = (path: string) => `INSERT INTO t SELECT a FROM file('${path}', 'CSV', 'a Int32')`
  expect(checkStatement(input('/data/spool/1'), own).readsFolder).toBe(false)
  expect(() => checkStatement(input('/data/spool/2'), own)).toThrow('user_files')
})

it('GET reads', () => {
  const get = { ...rules, readOnly: true }
  expect(() => checkStatement('WITH 1 AS x SELECT x', get)).not.toThrow()
  for (const statement of [
    'INSERT INTO t WITH 1 AS x SELECT x',
    'SET a = 1',
    'USE d',
    'KILL QUERY WHERE 1',
  ]) {
    expect(() => checkStatement(statement, get)).toThrow('readonly')
  }
})

it('says what is still to be looked at', () => {
  expect(checkStatement('SELECT {n:UInt8} FROM {t:Identifier}', rules).namesByParameter).toBe(true)
  expect(checkStatement('SELECT {n:UInt8}', rules).namesByParameter).toBe(false)
  expect(checkStatement("SELECT * FROM file('a.csv')", rules).readsFolder).toBe(true)
})

it('what is allowed is let through, in any case of its letters', () => {
  const url = { ...rules, allowed: new Set<SourceName>(['url']) }
  expect(() => checkStatement("SELECT * FROM URL('http://x/')", url)).not.toThrow()
  expect(() => checkStatement("CREATE TABLE t ENGINE = URL('x')", url)).not.toThrow()
  expect(() => checkStatement("SELECT * FROM s3('x')", url)).toThrow('s3')
})
