import { FetchedRecord } from './fetched-record.ts'
import type { FetchedBatchClass, PartitionData } from './kafkajs-internals.ts'

/**
 * kafkajs's batch of a consumer without its walks over all messages where there is nothing to filter out:
 * none lies below the offset that was asked for, and none is a control record or of an aborted transaction.
 */
export function fetchedBatch(Original: FetchedBatchClass): FetchedBatchClass {
  return class Batch extends Original {
    constructor(topic: string, fetchedOffset: string, partitionData: PartitionData) {
      const whole = nothingToFilter(fetchedOffset, partitionData)
      super(topic, fetchedOffset, whole ? { ...partitionData, messages: [] } : partitionData)
      if (whole) {
        this.rawMessages = partitionData.messages
        this.messagesWithinOffset = partitionData.messages.slice()
        this.messages = partitionData.messages.slice()
      }
    }
  }
}

function nothingToFilter(fetchedOffset: string, { abortedTransactions, messages }: PartitionData): boolean {
  const fetched = Number(fetchedOffset)
  if (!Number.isSafeInteger(fetched) || (abortedTransactions && abortedTransactions.length > 0)) return false
  for (const message of messages) {
    if (!(message instanceof FetchedRecord)) return false
    if (message.position < fetched || message.isControlRecord) return false
  }
  return true
}
