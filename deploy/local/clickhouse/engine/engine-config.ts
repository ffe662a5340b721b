/** What the engine may use. */
export interface EngineLimits {
  /** Bytes the engine may hold in total; a query that would exceed it fails with code 241. */
  readonly maxMemoryBytes: number
  /** Threads one query may use. */
  readonly maxThreads: number
  /** Bytes (before formatting) of one result, which is held in memory until sent; more is code 396. */
  readonly maxResultBytes: number
}

/**
 * Server configuration. No system log tables are on in the embedded engine, and merges are kept to two
 * threads, so an idle process costs well under one percent of a core.
 */
export function engineConfigXml({ maxMemoryBytes }: EngineLimits): string {
  const server: Readonly<Record<string, number>> = {
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
  return `<clickhouse>\n${lines.join('\n')}\n</clickhouse>\n`
}

/** Settings every query starts from; a request may set others. */
export function engineArguments(limits: EngineLimits, configFile: string): string[] {
  return [
    `--config-file=${configFile}`,
    `--max_threads=${limits.maxThreads}`,
    '--max_insert_threads=1',
    // The embedded engine reads `1 + 1` as a query, a server does not.
    '--implicit_select=0',
    `--max_memory_usage=${Math.floor(limits.maxMemoryBytes * 0.75)}`,
    // Larger sorts and groupings go to disk instead of failing.
    `--max_bytes_before_external_sort=${Math.floor(limits.maxMemoryBytes / 4)}`,
    `--max_bytes_before_external_group_by=${Math.floor(limits.maxMemoryBytes / 4)}`,
    `--max_result_bytes=${limits.maxResultBytes}`,
  ]
}
