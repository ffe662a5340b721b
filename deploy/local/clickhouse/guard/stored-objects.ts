import type { Resource } from '../../../../platform/lifecycle.ts'
import type { Log } from '../../../../platform/log.ts'
import type { Engine } from '../engine/engine.ts'
import { ClickHouseException } from '../protocol/exception.ts'
import { sqlIdentifier } from '../protocol/statement.ts'
import { checkStatement } from './check-statement.ts'
import { forbiddenDatabaseEngines, type SourceName } from './engine-surface.ts'

/**
 * Tables, views and functions that were made when more was allowed would still do it: the engine asks for rights when
 * they are made, not when they are read. They are taken away from statements before the first one comes, and named.
 */
export class StoredObjects implements Resource {
  readonly name = 'stored objects'
  private readonly engine: Engine
  private readonly allowed: ReadonlySet<SourceName>
  private readonly log: Log

  constructor(engine: Engine, allowed: ReadonlySet<SourceName>, log: Log) {
    this.engine = engine
    this.allowed = allowed
    this.log = log
  }

  async start(): Promise<void> {
    for (const [name = '', engine = ''] of await this.rows('SELECT name, engine FROM system.databases')) {
      if (!forbiddenDatabaseEngines.has(engine)) continue
      await this.rows(`DETACH DATABASE ${sqlIdentifier(name)}`)
      this.log.warn({ database: name, engine }, 'detached: databases of this engine are off')
    }
    for (const [database = '', name = '', definition = ''] of await this.rows(
      `SELECT database, name, create_table_query FROM system.tables
       WHERE database NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema')`,
    )) {
      const reason = this.notAllowed(definition)
      if (reason === null) continue
      await this.rows(`DETACH TABLE ${sqlIdentifier(database)}.${sqlIdentifier(name)}`)
      this.log.warn(
        { database, table: name, reason },
        'detached: it is no longer allowed, and is back when CLICKHOUSE_ALLOW names what it needs',
      )
    }
    for (const [name = '', definition = ''] of await this.rows(
      "SELECT name, create_query FROM system.functions WHERE origin = 'SQLUserDefined'",
    )) {
      const reason = this.notAllowed(definition)
      if (reason === null) continue
      await this.rows(`DROP FUNCTION ${sqlIdentifier(name)}`)
      this.log.warn({ function: name, definition, reason }, 'dropped: it is no longer allowed')
    }
  }

  stop(): Promise<void> {
    return Promise.resolve()
  }

  private notAllowed(definition: string): string | null {
    // What is no statement, a table of a database of another kind for example, has none.
    if (definition === '') return null
    try {
      checkStatement(definition, { allowed: this.allowed, ownFile: null, readOnly: false })
      return null
    } catch (error) {
      if (error instanceof ClickHouseException) return error.message
      throw error
    }
  }

  private async rows(query: string): Promise<readonly (readonly string[])[]> {
    const connection = this.engine.connect()
    try {
      const { bytes } = await connection.run(query, 'JSONCompactStringsEachRow')
      return bytes
        .toString()
        .split('\n')
        .filter(line => line !== '')
        .map(line => JSON.parse(line))
    } finally {
      connection.close()
    }
  }
}
