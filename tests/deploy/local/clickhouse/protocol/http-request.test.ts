import { describe, expect, it } from 'vitest'
import { parseHttpQuery } from '../../../../../deploy/local/clickhouse/protocol/http-request.ts'

const parse = (path: string, headers = {}, method = 'POST') =>
  parseHttpQuery(method, new URL(path, 'http://clickhouse'), headers)

describe('parseHttpQuery', () => {
  it('tells settings, parameters and reserved names apart', () => {
    const query = parse('/?query=SELECT+1&database=d&param_x=1&max_threads=2&query_id=q&role=r')
    expect(query).toMatchObject({ query: 'SELECT 1', database: 'd', queryId: 'q', readOnly: false })
    expect([...query.parameters]).toEqual([['x', '1']])
    expect([...query.settings]).toEqual([['max_threads', '2']])
  })

  it('lets no name into SQL that is none', () => {
    expect(() => parse('/?a%3D1,readonly=0')).toThrow(/Not a name/)
    expect(() => parse('/?param_a%27=0')).toThrow(/Not a name/)
  })

  it.each([
    ['/', {}, ['default', '']],
    ['/?user=u&password=p', {}, ['u', 'p']],
    ['/?user=u', { 'x-clickhouse-user': 'h', 'x-clickhouse-key': 'k' }, ['h', 'k']],
    ['/', { authorization: `Basic ${Buffer.from('b:p:q').toString('base64')}` }, ['b', 'p:q']],
    ['/', { authorization: 'Bearer token' }, ['', '']],
  ])('finds the user in %s %j', (path, headers, [user, password]) => {
    expect(parse(path, headers)).toMatchObject({ user, password })
  })

  it('knows GET for read-only and a session by its id', () => {
    expect(parse('/?session_id=s&session_timeout=5&session_check=1', {}, 'GET')).toMatchObject({
      readOnly: true,
      session: { id: 's', timeoutMs: 5000, mustExist: true },
    })
    expect(() => parse('/?session_id=s&session_timeout=x')).toThrow(/session timeout/)
    expect(() => parse('/?session_id=s&session_timeout=86400')).toThrow(/session timeout/)
  })

  it('knows who wants blocks and who sends them', () => {
    expect(parse('/?compress=1')).toMatchObject({ answerInBlocks: true, bodyInBlocks: false })
    expect(parse('/?decompress=true&compress=0')).toMatchObject({ answerInBlocks: false, bodyInBlocks: true })
  })

  it('takes the id of a query from the URL or the header', () => {
    expect(parse('/', { 'x-clickhouse-query-id': 'h' }).queryId).toBe('h')
    expect(parse('/?query_id=u', { 'x-clickhouse-query-id': 'h' }).queryId).toBe('u')
  })
})
