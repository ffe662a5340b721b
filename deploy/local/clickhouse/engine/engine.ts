import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { drainPending, Session } from 'chdb'
import { messageOf } from '../../../../platform/errors.ts'
import type { Resource } from '../../../../platform/lifecycle.ts'
import type { Log } from '../../../../platform/log.ts'
import type { SourceName } from '../guard/engine-surface.ts'
import { engineException } from '../protocol/exception.ts'
import { longestStatement } from '../protocol/receive.ts'
import { sqlString } from '../protocol/statement.ts'
import { type EngineLimits, engineArguments, engineConfigXml, engineUsersXml } from './engine-config.ts'

export interface EngineResult {
  readonly bytes: Buffer
  readonly rowsRead: number
  readonly bytesRead: number
}

/**
 * One connection: settings, parameters, current database and temporary tables of its own. Its queries run
 * one after another; those of different connections run side by side.
 */
export interface EngineConnection {
  /** @throws ClickHouseException with the engine's code. */
  run(sql: string, format: string): Promise<EngineResult>
  close(): void
}

/**
 * ClickHouse inside this process. Durability: an insert that returned is in files the operating system
 * has, so it outlives the end of this process in any form (kill -9 included); nothing is forced to the
 * disk (ClickHouse's default, fsync_after_insert = 0), so a power loss can take the last seconds.
 */
export class Engine implements Resource {
  readonly name = 'engine'
  private readonly dir: string
  private readonly limits: EngineLimits
  private readonly allowed: ReadonlySet<SourceName>
  private readonly log: Log
  private control: EngineConnection | undefined
  private facts = { version: '', timezone: 'UTC' }

  constructor(dataDir: string, limits: EngineLimits, allowed: ReadonlySet<SourceName>, log: Log) {
    this.dir = resolve(dataDir)
    this.limits = limits
    this.allowed = allowed
    this.log = log
  }

  get version(): string {
    return this.facts.version
  }

  get timezone(): string {
    return this.facts.timezone
  }

  async start(): Promise<void> {
    mkdirSync(this.path('engine'), { recursive: true })
    writeFileSync(this.path('engine.xml'), engineConfigXml(this.limits, this.path('users.xml')))
    writeFileSync(this.path('users.xml'), engineUsersXml(this.limits, this.allowed))
    this.control = this.connect()
    await this.control.run(`SET max_query_size = ${2 * longestStatement}`, 'TabSeparated')
    const { bytes } = await this.control.run('SELECT version(), timezone()', 'TabSeparated')
    const [version = '', timezone = ''] = bytes.toString().trim().split('\t')
    this.facts = { version, timezone }
    this.log.info({ version, timezone, dir: this.dir }, 'ClickHouse engine open')
  }

  connect(): EngineConnection {
    const session = new Session(this.path('engine'), {
      connectionArgs: engineArguments(this.limits, this.path('engine.xml')),
    })
    return {
      run: async (sql, format) => {
        try {
          const result = await session.queryAsync(sql, { format })
          const bytes = result.bytes()
          return {
            bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
            rowsRead: result.rowsRead,
            bytesRead: result.bytesRead,
          }
        } catch (error) {
          throw engineException(messageOf(error))
        }
      },
      close: () => session.close(),
    }
  }

  /** Asks the engine to cancel the query that runs with this `log_comment`. */
  async cancel(comment: string): Promise<void> {
    await this.control?.run(
      `KILL QUERY WHERE Settings['log_comment'] = ${sqlString(comment)} ASYNC`,
      'TabSeparated',
    )
  }

  /**
   * A statement as the engine's parser writes it; the data behind an INSERT is left out.
   * @throws ClickHouseException 62 for what it cannot read, several statements included.
   */
  async formatted(sql: string): Promise<string> {
    const result = await this.control?.run(`SELECT formatQuerySingleLine(${sqlString(sql)})`, 'RawBLOB')
    return result?.bytes.toString() ?? ''
  }

  /** Closes the engine once nothing runs any more; callers end their connections first. */
  async stop(): Promise<void> {
    const control = this.control
    this.control = undefined
    control?.close()
    await drainPending()
  }

  private path(name: string): string {
    return join(this.dir, name)
  }
}
