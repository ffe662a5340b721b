import { createRequire } from 'node:module'
import { installFastFetch } from './fast-fetch.ts'
import { followCoordinator } from './moved-coordinator.ts'

/** What became of it is told by `kafkaClient`, which has a log. */
export const fastFetch = installFastFetch()

// Not imported: an import would be loaded before the line above.
const kafkajs: typeof import('kafkajs') = createRequire(import.meta.url)('kafkajs')
followCoordinator()

/** The only place where kafkajs is loaded, so that nothing loads it before its decoder is replaced. */
export const { CompressionTypes, Kafka, logLevel, PartitionAssigners, Partitioners } = kafkajs
export type Kafka = import('kafkajs').Kafka
