import { Kafka, logLevel } from '../../../platform/kafka/kafkajs.ts'

/** A client of other people: it sends what ours do not, such as transactions and messages that are too large for us. */
export function stranger(brokers: string): Kafka {
  return new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING })
}
