import type { ClickHouseClient } from '@clickhouse/client'
import { clickhouseClient, type clickhouseSettings } from '../platform/clickhouse/clickhouse-client.ts'
import { retryWhileAway } from '../platform/clickhouse/retry-while-away.ts'
import { storedWindowSizes } from '../platform/clickhouse/stored-window-sizes.ts'
import type { Config } from '../platform/config.ts'
import type { Resource } from '../platform/lifecycle.ts'
import type { Log } from '../platform/log.ts'
import { requireSameSizes } from '../platform/window-sizes.ts'
import { namedSizes } from './windows/window-spec.ts'

/**
 * Nothing is started over stored windows of another size than WINDOWS names. (aggregate asks its own commits, which it
 * has without ClickHouse.) What WINDOWS does not name is not compared: who only reads and stores need not be told.
 */
export function sameSizes(
  config: Config<typeof clickhouseSettings> & { readonly windows: string },
  log: Log,
): Resource {
  return storedCheck(config, log, async (clickhouse, database) => {
    requireSameSizes(await storedWindowSizes(clickhouse, database), namedSizes(config.windows))
  })
}

/** Its start fails with what `check` throws; it waits for ClickHouse. */
export function storedCheck(
  config: Config<typeof clickhouseSettings>,
  log: Log,
  check: (clickhouse: ClickHouseClient, database: string) => Promise<void>,
): Resource {
  const what = 'sizes of stored windows'
  const stopping = new AbortController()
  return {
    name: what,
    async start() {
      const clickhouse = clickhouseClient(config)
      const { signal } = stopping
      try {
        await retryWhileAway(() => check(clickhouse, config.clickhouseDatabase), { what, log, signal })
      } finally {
        await clickhouse.close()
      }
    },
    async stop() {
      stopping.abort(new Error('stopping'))
    },
  }
}
