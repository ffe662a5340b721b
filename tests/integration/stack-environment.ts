import { inject } from 'vitest'

/** What a process of ours finds in its environment to use the stores of all integration tests, with a database of its own. */
export function stackEnvironment(database: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    NODE_OPTIONS: '',
    KAFKA_BROKERS: inject('kafkaBrokers'),
    CLICKHOUSE_URL: inject('clickhouseUrl'),
    SCHEMA_REGISTRY_URL: inject('registryUrl'),
    CLICKHOUSE_DATABASE: database,
  }
}
