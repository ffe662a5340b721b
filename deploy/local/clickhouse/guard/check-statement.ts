import { ClickHouseException } from '../protocol/exception.ts'
import { type SqlToken, sqlTokens } from '../protocol/sql-tokens.ts'
import { sqlString } from '../protocol/statement.ts'
import {
  forbiddenDatabaseEngines,
  forbiddenEngines,
  forbiddenFunctions,
  forbiddenScalars,
  harmlessDatabaseEngines,
  harmlessEngines,
  ownSettings,
  type SourceName,
  sources,
} from './engine-surface.ts'

export interface StatementRules {
  /** What CLICKHOUSE_ALLOW names. */
  readonly allowed: ReadonlySet<SourceName>
  /** The one file outside the folder that the statement may read: its own data. */
  readonly ownFile: string | null
  /** True for GET and HEAD. */
  readonly readOnly: boolean
}

export interface CheckedStatement {
  /** The statement has `{x:Identifier}`, so its parameters are names and are to be checked as such. */
  readonly namesByParameter: boolean
  /** The statement reads from the folder of files. */
  readonly readsFolder: boolean
}

const reads = new Set(['SELECT', 'WITH', 'SHOW', 'DESCRIBE', 'EXPLAIN', 'EXISTS', 'CHECK'])
/** Not ATTACH: it takes folders of the machine, and what was taken away from statements at the start (stored-objects.ts). */
const writes = new Set(
  'INSERT SET USE CREATE REPLACE DROP UNDROP TRUNCATE ALTER RENAME EXCHANGE OPTIMIZE KILL DELETE UPDATE'.split(
    ' ',
  ),
)
const createdKinds = new Set(['TABLE', 'VIEW', 'DATABASE', 'FUNCTION'])
const createPrefixes = new Set(['OR', 'REPLACE', 'TEMPORARY', 'MATERIALIZED'])
/** A name, or a pattern of names, in the folder of files: no way out of it, and no list of alternatives. */
const fileName = /^[\p{L}\p{N}_][\p{L}\p{N}_.*? -]*$/u
/** A column that computes its value would run an expression out of a string. */
const computedColumn = /\b(DEFAULT|MATERIALIZED|ALIAS|EPHEMERAL)\b/i

/**
 * The second of two fences; the first is the engine's own privileges and constraints (engine-config.ts), which do not
 * cover what its client side does (INTO OUTFILE, INFILE), the function `file`, and engines with paths of their own.
 * @param formatted the statement as the engine's own parser writes it, so that no quoting, comment or blank hides a word
 * @throws ClickHouseException 497, or 164 for a GET that would change something
 */
export function checkStatement(formatted: string, rules: StatementRules): CheckedStatement {
  const tokens = namedTokens(formatted)
  requireKind(tokens, rules.readOnly)
  const defines = ['CREATE', 'REPLACE'].includes(tokens[0]?.text ?? '')
  const checked = { namesByParameter: false, readsFolder: false }
  tokens.forEach((token, at) => {
    const { name, kind, text } = token
    const next = tokens[at + 1]
    const called = next?.text === '('
    const isName = name !== '' && (called || tokens[at - 1]?.text !== '.')
    if (kind === 'word' && text === 'OUTFILE') throw denied('INTO OUTFILE writes files of the machine')
    if (kind === 'word' && text === 'INFILE' && (!rules.ownFile || next?.text !== sqlString(rules.ownFile))) {
      throw denied('FROM INFILE reads files of the machine; send the data with the statement')
    }
    if (kind === 'word' && text === 'IDENTIFIER' && tokens[at - 1]?.text === ':')
      checked.namesByParameter = true
    if (ownSettings.has(name) && next?.text === '=') throw denied(`the setting ${name} is fixed`)
    if (/^param_/i.test(name) && next?.text === '=') requireHarmlessName(literal(tokens[at + 2]) ?? '')
    if (defines && kind === 'word' && name === 'ENGINE' && next?.text === '=') {
      requireEngine(tokens[at + 2]?.name ?? '', tokens[1]?.text === 'DATABASE', rules.allowed)
    }
    if (!isName) return
    if (forbiddenScalars.has(name) || name.toLowerCase() === 'file') {
      const argument = called ? literal(tokens[at + 2]) : null
      if (name !== 'file' || argument === null) throw deniedFile(name)
      requireLiterals(tokens, at + 2)
      if (argument !== rules.ownFile) {
        if (!fileName.test(argument)) throw deniedFile(name)
        checked.readsFolder = true
      }
    } else if (called) requireFunction(name, tokens[at + 2], rules.allowed)
  })
  return checked
}

/** @throws ClickHouseException 497 for a value of `{x:Identifier}` that names a function which opens files. */
export function requireHarmlessName(value: string): void {
  // The value is unescaped once or twice on its way to a name.
  if (forbiddenScalars.has(unescaped(value)) || forbiddenScalars.has(unescaped(unescaped(value)))) {
    throw deniedFile(value)
  }
}

interface NamedToken extends SqlToken {
  /** What a word or a quoted identifier names, without its quotes; empty for everything else. */
  readonly name: string
}

function namedTokens(formatted: string): readonly NamedToken[] {
  const tokens = [...sqlTokens(formatted)].map(token => {
    const written = formatted.slice(token.start, token.end)
    if (token.kind === 'word') return { ...token, name: written }
    return { ...token, name: token.kind === 'quoted' ? unquoted(written) : '' }
  })
  // What cannot be read to its end is not known.
  if (tokens.at(-1)?.end !== formatted.trimEnd().length) throw denied('it cannot be read to its end')
  return tokens
}

function requireKind(tokens: readonly NamedToken[], readOnly: boolean): void {
  const first = tokens.find(({ text }) => text !== '(')
  const verb = first?.kind === 'word' ? first.text : ''
  const isParallel = tokens.some(
    ({ text, depth }, at) => depth === 0 && text === 'PARALLEL' && tokens[at + 1]?.text === 'WITH',
  )
  if (isParallel || (!reads.has(verb) && !writes.has(verb))) {
    throw denied(`a statement that begins with ${verb || 'this'} is not served here`)
  }
  if (readOnly && !reads.has(verb)) {
    throw new ClickHouseException(
      'READONLY',
      'Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly. You should use method POST for modifying queries.',
    )
  }
  if (verb === 'CREATE' || verb === 'REPLACE') {
    const kind = tokens.slice(1).find(({ text }) => !createPrefixes.has(text))
    if (!kind || !createdKinds.has(kind.text)) throw denied(`${verb} ${kind?.text ?? ''} is not served here`)
  }
}

function requireEngine(name: string, ofDatabase: boolean, allowed: ReadonlySet<SourceName>): void {
  const known = ofDatabase ? harmlessDatabaseEngines : harmlessEngines
  if (known.has(name)) return
  const source = ofDatabase ? undefined : sourceOf('engines', name)
  if (source && allowed.has(source)) return
  const forbidden = ofDatabase ? forbiddenDatabaseEngines : forbiddenEngines
  throw denied(
    `the engine ${name || 'given so'} is ${source || forbidden.has(name) ? 'off' : 'not known here'}`,
    source,
  )
}

function requireFunction(
  name: string,
  firstArgument: NamedToken | undefined,
  allowed: ReadonlySet<SourceName>,
): void {
  const lower = name.toLowerCase()
  // As a function it has a pattern with braces; as a table function it runs defaults of columns out of a string.
  if (lower === 'format' && !literal(firstArgument)?.includes('{')) {
    throw denied('the table function format is off')
  }
  if (lower === 'disk') throw denied('a disk of its own for a table is off')
  const source = sourceOf('functions', name)
  if ([...forbiddenFunctions].some(forbidden => forbidden.toLowerCase() === lower) || source) {
    if (!source || !allowed.has(source)) throw denied(`the table function ${name} is off`, source)
  }
}

function sourceOf(kind: 'functions' | 'engines', name: string): SourceName | undefined {
  const lower = name.toLowerCase()
  for (const [source, surface] of Object.entries(sources)) {
    const names: readonly string[] = surface[kind]
    if (names.some(known => known.toLowerCase() === lower) && source in sources) return source as SourceName
  }
  return undefined
}

/** The arguments of `file(…)` up to its end: nothing is computed, and its columns compute nothing. */
function requireLiterals(tokens: readonly NamedToken[], from: number): void {
  const depth = tokens[from]?.depth ?? 0
  for (let at = from; (tokens[at]?.depth ?? -1) >= depth; at += 1) {
    const token = tokens[at]
    if (!token) return
    const isPlain =
      token.kind === 'string' || token.kind === 'word' || token.text === ',' || token.kind === 'number'
    if (token.depth !== depth || !isPlain || computedColumn.test(literal(token) ?? '')) {
      throw denied('file() takes plain text for its name, format and columns')
    }
  }
}

function literal(token: NamedToken | undefined): string | null {
  return token?.kind === 'string' ? unquoted(token.text) : null
}

function unquoted(text: string): string {
  const quote = text.charAt(0)
  return unescaped(text.slice(1, -1).replaceAll(quote + quote, quote))
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  0: '\0',
  a: '\x07',
  v: '\v',
}

function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9A-Fa-f]{2})|([\s\S]))/g, (_, hex?: string, character = '') =>
    hex === undefined ? (escapes[character] ?? character) : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

function deniedFile(name: string): ClickHouseException {
  return denied(
    `${name} may only be the table function file('name', …) of a file in the folder user_files (a column of that name: write table.${name})`,
  )
}

function denied(reason: string, source?: SourceName): ClickHouseException {
  const hint = source ? `; CLICKHOUSE_ALLOW=${source} turns it on` : ''
  return new ClickHouseException('ACCESS_DENIED', `The local ClickHouse does not do this: ${reason}${hint}.`)
}
