/** One token of SQL; `depth` counts the brackets around it. */
export interface SqlToken {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'symbol'
  /** As written; for a word in upper case. */
  readonly text: string
  readonly start: number
  readonly end: number
  readonly depth: number
}

const word = /[A-Za-z_][A-Za-z0-9_]*/y
const number = /[0-9][A-Za-z0-9_.]*/y
const heredoc = /\$([A-Za-z0-9_]*)\$/y

/**
 * The tokens of a ClickHouse statement, lazily: what follows the caller's last token is never looked at,
 * so binary data behind an INSERT is safe. An unclosed string or comment ends the tokens; the engine's
 * parser is the one to complain.
 */
export function* sqlTokens(sql: string): Generator<SqlToken, undefined> {
  let at = 0
  let depth = 0
  while (at < sql.length) {
    const next = skipBlank(sql, at)
    if (next >= sql.length) return
    const character = sql.charAt(next)
    if (')]}'.includes(character)) depth = Math.max(0, depth - 1)
    const token = readToken(sql, next, depth)
    if (!token) return
    yield token
    if ('([{'.includes(character)) depth += 1
    at = token.end
  }
}

function readToken(sql: string, start: number, depth: number): SqlToken | undefined {
  const character = sql.charAt(start)
  if (character === "'") return quoted(sql, start, depth, 'string')
  if (character === '`' || character === '"') return quoted(sql, start, depth, 'quoted')
  const tag = match(heredoc, sql, start)
  if (tag) {
    const close = sql.indexOf(tag, start + tag.length)
    return close < 0 ? undefined : token('string', sql, start, close + tag.length, depth)
  }
  const name = match(word, sql, start)
  if (name) {
    return { kind: 'word', text: name.toUpperCase(), start, end: start + name.length, depth }
  }
  const digits = match(number, sql, start)
  if (digits) return token('number', sql, start, start + digits.length, depth)
  return token('symbol', sql, start, start + 1, depth)
}

function quoted(sql: string, start: number, depth: number, kind: 'string' | 'quoted'): SqlToken | undefined {
  const quote = sql.charAt(start)
  for (let at = start + 1; at < sql.length; at += 1) {
    if (sql.charAt(at) === '\\') at += 1
    else if (sql.charAt(at) === quote) {
      if (sql.charAt(at + 1) !== quote) return token(kind, sql, start, at + 1, depth)
      at += 1
    }
  }
  return undefined
}

function token(kind: SqlToken['kind'], sql: string, start: number, end: number, depth: number): SqlToken {
  return { kind, text: sql.slice(start, end), start, end, depth }
}

function match(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(sql)?.[0]
}

/** Skips white space and comments: two dashes, `#` before a blank or `!`, and slash-star, which nests. */
function skipBlank(sql: string, from: number): number {
  let at = from
  for (;;) {
    while (at < sql.length && /\s/.test(sql.charAt(at))) at += 1
    if (sql.startsWith('--', at) || sql.startsWith('# ', at) || sql.startsWith('#!', at)) {
      const newline = sql.indexOf('\n', at)
      at = newline < 0 ? sql.length : newline + 1
    } else if (sql.startsWith('/*', at)) at = skipBlockComment(sql, at)
    else return at
  }
}

function skipBlockComment(sql: string, from: number): number {
  let level = 0
  for (let at = from; at < sql.length; at += 1) {
    if (sql.startsWith('/*', at)) {
      level += 1
      at += 1
    } else if (sql.startsWith('*/', at)) {
      level -= 1
      at += 1
      if (level === 0) return at + 1
    }
  }
  return sql.length
}
