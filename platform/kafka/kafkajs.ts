import { createRequire } from 'node:module'
import { installFastFetch } from './fast-fetch.ts'
import { takeIpv6Brokers } from './ipv6-brokers.ts'
import { goOnAfterLostOffsets } from './lost-offsets.ts'
import { followCoordinator } from './moved-coordinator.ts'

/** What became of it is told by `kafkaClient`, which has a log. */
export const fastFetch = installFastFetch()
takeIpv6Brokers()

// Not imported: an import would be loaded before the lines above.
const kafkajs: typeof import('kafkajs') = createRequire(import.meta.url)('kafkajs')
followCoordinator()
goOnAfterLostOffsets()

/** The only place where kafkajs is loaded, so that nothing loads it before its decoder is replaced. */
export const { CompressionTypes, Kafka, logLevel, PartitionAssigners, Partitioners } = kafkajs
export type Kafka = import('kafkajs').Kafka
