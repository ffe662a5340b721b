import { setTimeout as sleep } from 'node:timers/promises'
import { CodedError } from '../errors.ts'
import type { Resource } from '../lifecycle.ts'
import type { Log } from '../log.ts'
import type { SchemaRegistry } from './schema-registry.ts'

const pauseMs = 500
const tellEveryMs = 10_000

/**
 * Waits for the schema registry, however long: who starts without it could only end and start again. Comes before what
 * registers schemas when it starts.
 */
export function reachableRegistry(registry: SchemaRegistry, log: Log): Resource {
  const stopping = new AbortController()
  return {
    name: 'schema registry',
    async start() {
      for (let waitedMs = 0; ; waitedMs += pauseMs) {
        try {
          return await registry.reach()
        } catch (error) {
          if (!(error instanceof CodedError) || error.code !== 'registry_unavailable') throw error
          if (waitedMs % tellEveryMs === 0)
            log.warn({ reason: error.message }, 'waiting for the schema registry')
          await sleep(pauseMs, undefined, { signal: stopping.signal })
        }
      }
    },
    async stop() {
      stopping.abort(new Error('stopping'))
    },
  }
}
