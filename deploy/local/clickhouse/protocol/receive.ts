import { ClickHouseException } from './exception.ts'
import { type InsertStatement, parseStatement, type Statement, utf8 } from './statement.ts'

/** A request's statement, and the data behind it when it is an INSERT. */
export type Received =
  | Exclude<Statement, InsertStatement | { kind: 'empty' }>
  | { readonly kind: 'insert'; readonly insert: InsertStatement; readonly data: AsyncIterable<Uint8Array> }

const firstLook = 64 * 1024
/** Longest statement without the data of an INSERT. */
export const longestStatement = 16 * 1024 * 1024

/**
 * Takes the statement from URL and body. With an INSERT in the URL the whole body is data; otherwise the
 * statement is the URL's text and then the body, of which no more is read than tells where data begins.
 * @throws ClickHouseException 62 for no or several statements, 229 for one that is too long.
 */
export async function receive(urlQuery: string, body: AsyncIterable<Uint8Array>): Promise<Received> {
  const chunks = body[Symbol.asyncIterator]()
  let head: Buffer = Buffer.from(urlQuery)
  let statement = parseStatement(head.toString('latin1'))
  let ended = false
  let look = firstLook
  while (!ended && !(statement.kind === 'insert' && (urlQuery !== '' || !statement.open))) {
    const parts: Uint8Array[] = [head]
    let length = head.length
    while (length < look) {
      const next = await chunks.next()
      if (next.done) {
        ended = true
        break
      }
      parts.push(next.value)
      length += next.value.byteLength
    }
    if (!ended && look > longestStatement) {
      throw new ClickHouseException('QUERY_IS_TOO_LARGE', `Query is longer than ${longestStatement} bytes`)
    }
    look *= 4
    head = Buffer.concat(parts, length)
    statement = parseStatement(head.toString('latin1'))
  }
  if (statement.kind === 'empty') throw new ClickHouseException('SYNTAX_ERROR', 'Syntax error: Empty query')
  if (statement.kind === 'insert') {
    return { kind: 'insert', insert: statement, data: joined(head.subarray(statement.dataStart), chunks) }
  }
  return { ...statement, sql: utf8(statement.sql) }
}

async function* joined(head: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head
  for (;;) {
    const next = await rest.next()
    if (next.done) return
    yield next.value
  }
}
