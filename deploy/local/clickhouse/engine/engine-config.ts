import { pinnedSettings, type SourceName, sources, tableGrants } from '../guard/engine-surface.ts'

/** What the engine may use. */
export interface EngineLimits {
  /** Bytes the engine may hold in total; a query that would exceed it fails with code 241. */
  readonly maxMemoryBytes: number
  /** Threads one query may use. */
  readonly maxThreads: number
  /** Bytes (before formatting) of one result, which is held in memory until sent; more is code 396. */
  readonly maxResultBytes: number
  /** With less room than this on its disk the engine begins neither an insert nor a merge, and says so with code 243. */
  readonly keepFreeBytes: number
}

/**
 * Server configuration. No system log tables are on in the embedded engine, and merges are kept to two
 * threads, so an idle process costs well under one percent of a core. Measured on chdb 3.4 (ClickHouse 26.7): a merge that
 * runs out of room succeeds with empty files and takes the place of the parts it was made of. So no write is begun that
 * could be at work when the last room goes.
 */
export function engineConfigXml({ maxMemoryBytes, keepFreeBytes }: EngineLimits, usersFile: string): string {
  const server: Readonly<Record<string, number | string>> = {
    users_config: escaped(usersFile),
    max_server_memory_usage: maxMemoryBytes,
    // Merges stop being scheduled there, so that they never push a query over the limit.
    merges_mutations_memory_usage_soft_limit: Math.floor(maxMemoryBytes / 2),
    background_pool_size: 2,
    background_move_pool_size: 1,
    background_fetches_pool_size: 1,
    background_common_pool_size: 1,
    background_schedule_pool_size: 2,
    asynchronous_metrics_update_period_s: 60,
    mark_cache_size: Math.floor(maxMemoryBytes / 16),
    index_mark_cache_size: Math.floor(maxMemoryBytes / 32),
    uncompressed_cache_size: 0,
    async_load_databases: 0,
  }
  const lines = Object.entries(server).map(([name, value]) => `  <${name}>${value}</${name}>`)
  const disk = `<default><keep_free_space_bytes>${keepFreeBytes}</keep_free_space_bytes></default>`
  lines.push(`  <storage_configuration><disks>${disk}</disks></storage_configuration>`)
  return `<clickhouse>\n${lines.join('\n')}\n</clickhouse>\n`
}

/**
 * The engine's only user: what it may do, which settings it cannot change, and between which bounds the others stay.
 * FILE is read from the spool and the folder of files; the engine has no bounds for it, check-statement.ts has.
 */
export function engineUsersXml(limits: EngineLimits, allowed: ReadonlySet<SourceName>): string {
  const pinned = Object.entries(pinnedSettings)
  const bounds: Readonly<Record<string, number>> = {
    max_memory_usage: limits.maxMemoryBytes,
    max_result_bytes: limits.maxResultBytes,
  }
  const values = pinned.map(([name, value]) => `<${name}>${escaped(value)}</${name}>`)
  const constraints = [
    ...pinned.map(([name]) => `<${name}><const/></${name}>`),
    // 0 is no limit, so it is out of bounds.
    ...Object.entries(bounds).map(([name, max]) => `<${name}><min>1</min><max>${max}</max></${name}>`),
  ]
  const grants = [tableGrants, 'READ ON FILE', ...[...allowed].flatMap(source => sources[source].grants)].map(
    grant => `<query>GRANT ${grant.includes(' ON ') ? grant : `${grant} ON *.*`}</query>`,
  )
  return `<clickhouse>
  <profiles><default>
    ${values.join('\n    ')}
    <constraints>
      ${constraints.join('\n      ')}
    </constraints>
  </default></profiles>
  <quotas><default/></quotas>
  <users><default>
    <password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>
    <grants>
      ${grants.join('\n      ')}
    </grants>
  </default></users>
</clickhouse>
`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

/** Settings every query starts from; a request may set others. */
export function engineArguments(limits: EngineLimits, configFile: string): string[] {
  return [
    `--config-file=${configFile}`,
    `--max_threads=${limits.maxThreads}`,
    '--max_insert_threads=1',
    // The embedded engine reads `1 + 1` as a query, a server does not.
    '--implicit_select=0',
    // Expressions among values are SQL, too: run-query.ts turns them on where they are harmless.
    '--input_format_values_interpret_expressions=0',
    '--input_format_values_deduce_templates_of_expressions=0',
    `--max_memory_usage=${Math.floor(limits.maxMemoryBytes * 0.75)}`,
    // Larger sorts and groupings go to disk instead of failing.
    `--max_bytes_before_external_sort=${Math.floor(limits.maxMemoryBytes / 4)}`,
    `--max_bytes_before_external_group_by=${Math.floor(limits.maxMemoryBytes / 4)}`,
    `--max_result_bytes=${limits.maxResultBytes}`,
  ]
}
