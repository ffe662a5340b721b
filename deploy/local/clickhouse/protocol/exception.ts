/** Errors this endpoint raises itself, with ClickHouse's numbers; the engine's own carry theirs. */
const ownCodes = {
  CANNOT_READ_ALL_DATA: 33,
  BAD_ARGUMENTS: 36,
  TOO_LARGE_SIZE_COMPRESSED: 39,
  CHECKSUM_DOESNT_MATCH: 40,
  NOT_IMPLEMENTED: 48,
  SYNTAX_ERROR: 62,
  UNKNOWN_FORMAT: 73,
  READONLY: 164,
  TOO_MANY_SIMULTANEOUS_QUERIES: 202,
  QUERY_IS_TOO_LARGE: 229,
  UNKNOWN_COMPRESSION_METHOD: 89,
  SESSION_NOT_FOUND: 372,
  SESSION_IS_LOCKED: 373,
  QUERY_WAS_CANCELLED: 394,
  NOT_ENOUGH_SPACE: 243,
  CANNOT_DECOMPRESS: 271,
  UNKNOWN_CODEC: 432,
  ACCESS_DENIED: 497,
  SOCKET_TIMEOUT: 209,
  AUTHENTICATION_FAILED: 516,
  UNKNOWN_EXCEPTION: 1002,
} as const

export type OwnErrorName = keyof typeof ownCodes

/** An error as ClickHouse tells it: number, name, text. */
export class ClickHouseException extends Error {
  readonly code: number
  readonly codeName: string

  constructor(name: OwnErrorName | { code: number; name: string }, message: string) {
    super(message)
    this.name = 'ClickHouseException'
    this.code = typeof name === 'string' ? ownCodes[name] : name.code
    this.codeName = typeof name === 'string' ? name : name.name
  }

  /** The response body ClickHouse would send. */
  text(version: string): string {
    return `Code: ${this.code}. DB::Exception: ${this.message} (${this.codeName}) (version ${version} (official build))\n`
  }
}

const engineError =
  /^(?:Query failed: )?Code: (\d+)\. DB::Exception: ([\s\S]*?) ?\(([A-Z][A-Z0-9_]{2,})\)\s*$/

/**
 * Reads the engine's message. Inserts go through a file, which adds layers a client never sees from a
 * server: the repeated `Code:` prefix and version, and the file's name are taken away again.
 */
export function engineException(message: string): ClickHouseException {
  const match = engineError.exec(message.trim())
  if (!match) return new ClickHouseException('UNKNOWN_EXCEPTION', message)
  const [, code = '', text = '', name = ''] = match
  const hint = name === 'UNKNOWN_TABLE' && /system\.\w+_log\b/.test(text) ? noLogs : ''
  return new ClickHouseException({ code: Number(code), name }, `${withoutFileLayers(text)}${hint}`)
}

const noLogs =
  ' The local ClickHouse is an embedded engine, which keeps no log tables: system.processes shows what runs now, the metrics of the part clickhouse count queries.'

function withoutFileLayers(text: string): string {
  return text
    .replace(/^(?:Code: \d+\. DB::Exception: )+/, '')
    .replace(/ \([A-Z][A-Z0-9_]{2,}\) \(version [^()]*(?:\([^()]*\))?\)\.?$/, '')
    .replace(/\s*: \(in file\/uri [^\n]*?\)(?=[:.]|$)/, '')
    .replace(/: While executing File(?=[:.]|$)/, '')
    .replace(/: data for INSERT was parsed from file\.?/, '')
}
