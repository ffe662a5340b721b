import { setTimeout as delay } from 'node:timers/promises'
import { readConfig } from '../../../platform/config.ts'
import { CodedError } from '../../../platform/errors.ts'
import { kafkaClient, kafkaSettings } from '../../../platform/kafka/kafka-client.ts'
import { createLog } from '../../../platform/log.ts'
import { withoutSecrets } from '../../../platform/url-secrets.ts'
import type { Store } from '../stores.ts'
import { clusterNotReady, httpNotReady } from '../supervise/probes.ts'

const patienceMs = 10_000

/**
 * Checks that a store the environment names can be reached.
 * @throws CodedError `store_unreachable`, `config_invalid`
 */
export async function requireGivenStore(store: Store, env: NodeJS.ProcessEnv): Promise<void> {
  const reason = await notReachable(store.variable, env)
  if (reason === null) return
  throw new CodedError(
    'store_unreachable',
    withoutSecrets(`${store.variable}=${env[store.variable]} cannot be used: ${reason}`),
    {
      hint: `start it, or unset ${store.variable} to have one started here`,
    },
  )
}

function notReachable(variable: Store['variable'], env: NodeJS.ProcessEnv): Promise<string | null> {
  const url = (env[variable] ?? '').replace(/\/$/, '')
  switch (variable) {
    case 'KAFKA_BROKERS': {
      const kafka = kafkaClient(
        readConfig(kafkaSettings, env),
        'citybrain-launcher',
        createLog('start', 'silent'),
      )
      // The client itself waits for its brokers for ever, which is right for every process but this one.
      const gaveUp = delay(patienceMs, `no answer within ${patienceMs / 1000} s`, { ref: false })
      return Promise.race([clusterNotReady(kafka), gaveUp])
    }
    case 'CLICKHOUSE_URL':
      return httpNotReady(`${url}/ping`)
    case 'SCHEMA_REGISTRY_URL':
      return httpNotReady(`${url}/subjects`)
  }
}
