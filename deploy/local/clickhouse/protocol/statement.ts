import { ClickHouseException } from './exception.ts'
import { type SqlToken, sqlTokens } from './sql-tokens.ts'

/**
 * What one request asks for. Texts are latin1 views of the bytes, so that an index is a byte offset;
 * `utf8` turns them back.
 * - read: answers rows and changes nothing
 * - session: SET and USE
 * - write: everything else that brings no data along
 * - insert: data follows at `dataStart`
 */
export type Statement =
  | { readonly kind: 'empty' }
  | { readonly kind: 'read' | 'session' | 'write'; readonly sql: string; readonly format: string | null }
  | InsertStatement

export interface InsertStatement {
  readonly kind: 'insert'
  /** Null: the request's default format. */
  readonly format: string | null
  readonly dataStart: number
  /** True when nothing in the text says where data begins: more text may still bring the clause. */
  readonly open: boolean
  /** The statement that reads the data from a file of that format instead. */
  readonly fromFile: (path: string, format: string) => string
}

const readWords = new Set('SELECT WITH SHOW DESCRIBE DESC EXPLAIN EXISTS CHECK FROM VALUES'.split(' '))
const sessionWords = new Set(['SET', 'USE'])
const settingsAfterFormat =
  /^\s+SETTINGS\s+[\w.]+\s*=\s*(?:'(?:[^'\\]|\\.)*'|[\w.+-]+)(?:\s*,\s*[\w.]+\s*=\s*(?:'(?:[^'\\]|\\.)*'|[\w.+-]+))*/i

/**
 * Classifies a statement and finds where an INSERT's data begins (as ClickHouse's parser does: behind one
 * line break, or behind the blanks when there is none).
 * @throws ClickHouseException 62 for several statements in one request.
 */
export function parseStatement(text: string): Statement {
  const tokens = sqlTokens(text)
  const first = tokens.next().value
  if (!first || first.text === ';') return { kind: 'empty' }
  return first.text === 'INSERT' ? parseInsert(text, tokens) : parsePlain(text, first, tokens)
}

export function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}

function parsePlain(text: string, first: SqlToken, rest: Iterable<SqlToken>): Statement {
  let format: string | null = null
  let inserts = false
  let previous = first
  let end = text.length
  let closed = false
  for (const token of rest) {
    if (closed) throw severalStatements(token.start)
    if (token.text === ';') {
      closed = true
      end = token.start
    } else if (token.depth === 0) {
      if (previous.text === 'FORMAT' && previous.kind === 'word' && token.kind === 'word') {
        format = text.slice(token.start, token.end)
      }
      if (token.text === 'INSERT' && token.kind === 'word' && first.text === 'WITH') inserts = true
    }
    previous = token
  }
  const reads = (readWords.has(first.text) || first.text === '(') && !inserts
  const kind = reads ? 'read' : sessionWords.has(first.text) ? 'session' : 'write'
  return { kind, sql: text.slice(0, end), format }
}

function parseInsert(text: string, tokens: Generator<SqlToken, undefined>): Statement {
  let settingsStart: number | null = null
  let named = false
  let previous: SqlToken | undefined
  for (const token of tokens) {
    const mayBe = named && token.kind === 'word' && token.depth === 0 && previous?.text !== '.'
    const keyword = mayBe ? token.text : ''
    if (keyword === 'SETTINGS') settingsStart = token.start
    else if (keyword === 'VALUES') return withData(text, settingsStart, token, token, 'Values')
    else if (keyword === 'FORMAT') {
      const name = tokens.next().value
      if (name) return withData(text, settingsStart, token, name, text.slice(name.start, name.end))
    } else if (keyword === 'INFILE') return { kind: 'write', sql: text, format: null }
    else if (named && /^(SELECT|WITH)$/.test(token.text) && (token.depth === 0 || previous?.text === '(')) {
      return insertSelect(text, token, tokens)
    }
    // The table's name may itself read like a keyword: only what follows it can be one.
    if (!named && token.depth === 0 && !/^(INTO|TABLE|FUNCTION)$/.test(token.text)) named = true
    previous = token
  }
  const head = text.trimEnd().replace(/;$/, '')
  return {
    kind: 'insert',
    format: null,
    dataStart: text.length,
    open: true,
    fromFile: (path, format) => fromInfile(head, settingsStart ?? head.length, head.length, path, format),
  }
}

function withData(
  text: string,
  settingsStart: number | null,
  clause: SqlToken,
  last: SqlToken,
  format: string,
): InsertStatement {
  const after = format === 'Values' ? '' : (settingsAfterFormat.exec(text.slice(last.end))?.[0] ?? '')
  return {
    kind: 'insert',
    format,
    dataStart: skipToData(text, last.end + after.length),
    open: last.end === text.length,
    fromFile: (path, actual) =>
      fromInfile(
        text.slice(0, clause.start) + after,
        settingsStart ?? clause.start,
        clause.start + after.length,
        path,
        actual,
      ),
  }
}

function fromInfile(head: string, at: number, end: number, path: string, format: string): string {
  return `${head.slice(0, at)} FROM INFILE ${sqlString(path)} COMPRESSION 'none' ${head.slice(at, end)} FORMAT ${format}`
}

/** INSERT ... SELECT; with `input('structure')` it brings data, which is then read with `file()`. */
function insertSelect(text: string, first: SqlToken, tokens: Iterable<SqlToken>): Statement {
  let input: { start: number; open: number } | null = null
  let format: SqlToken | null = null
  let previous = first
  for (const token of tokens) {
    if (token.text === '(' && previous.text === 'INPUT') input = { start: previous.start, open: token.end }
    if (input && previous.text === 'FORMAT' && previous.depth === 0 && token.kind === 'word') {
      format = token
      break
    }
    if (previous.text === ';') throw severalStatements(token.start)
    previous = token
  }
  if (!input || !format) {
    return { kind: 'write', sql: previous.text === ';' ? text.slice(0, previous.start) : text, format: null }
  }
  const { start, open } = input
  const formatStart = previous.start
  return {
    kind: 'insert',
    format: text.slice(format.start, format.end),
    dataStart: skipToData(text, format.end),
    open: format.end === text.length,
    fromFile: (path, actual) =>
      `${text.slice(0, start)}file(${sqlString(path)}, ${sqlString(actual)}, ${text.slice(open, formatStart)}`,
  }
}

function skipToData(text: string, from: number): number {
  const blanks = /[ \t\f]*\r?\n?/y
  blanks.lastIndex = from
  blanks.exec(text)
  return blanks.lastIndex
}

function severalStatements(position: number): ClickHouseException {
  return new ClickHouseException(
    'SYNTAX_ERROR',
    `Syntax error (Multi-statements are not allowed): failed at position ${position + 1}`,
  )
}

/** A string literal of ClickHouse SQL. */
export function sqlString(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** A quoted name of ClickHouse SQL. */
export function sqlIdentifier(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
}
