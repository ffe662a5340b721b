import { describe, expect, it } from 'vitest'
import { engineException } from '../../../../../deploy/local/clickhouse/protocol/exception.ts'
import { httpStatus } from '../../../../../deploy/local/clickhouse/protocol/http-status.ts'

describe('engineException', () => {
  it('reads code, name and text', () => {
    const exception = engineException(
      'Query failed: Code: 60. DB::Exception: Unknown table t (maybe u). (UNKNOWN_TABLE)',
    )
    expect(exception).toMatchObject({ code: 60, codeName: 'UNKNOWN_TABLE' })
    expect(exception.text('26.7')).toBe(
      'Code: 60. DB::Exception: Unknown table t (maybe u). (UNKNOWN_TABLE) (version 26.7 (official build))\n',
    )
  })

  it('takes away what reading from a file added', () => {
    const exception = engineException(
      `Query failed: Code: 117. DB::Exception: Code: 117. DB::Exception: Unknown field found while parsing JSONEachRow format: zz: (at row 1)
: (in file/uri /data/spool/1): While executing ParallelParsingBlockInputFormat: While executing File: data for INSERT was parsed from file. (INCORRECT_DATA) (version 26.7.2.1). (INCORRECT_DATA)`,
    )
    expect(exception).toMatchObject({ code: 117, codeName: 'INCORRECT_DATA' })
    expect(exception.message).toBe(
      'Unknown field found while parsing JSONEachRow format: zz: (at row 1): While executing ParallelParsingBlockInputFormat',
    )
  })

  it('says that there are no logs', () => {
    const unknown = (table: string) =>
      engineException(
        `Code: 60. DB::Exception: Unknown table expression identifier '${table}'. (UNKNOWN_TABLE)`,
      )
    expect(unknown('system.query_log').message).toMatch(
      /query_log'\. The local ClickHouse .* keeps no log tables/,
    )
    expect(unknown('citybrain.logs').message).toBe("Unknown table expression identifier 'citybrain.logs'.")
  })

  it('keeps an unknown message whole', () => {
    expect(engineException('engine gone')).toMatchObject({ code: 1002, message: 'engine gone' })
  })
})

it('answers with the statuses of a server', () => {
  expect(httpStatus('UNKNOWN_TABLE')).toBe(404)
  expect(httpStatus('SYNTAX_ERROR')).toBe(400)
  expect(httpStatus('AUTHENTICATION_FAILED')).toBe(403)
  expect(httpStatus('MEMORY_LIMIT_EXCEEDED')).toBe(500)
})
