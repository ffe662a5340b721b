import { FetchedRecord } from './fetched-record.ts'
import type { FetchedBatchClass, PartitionData } from './kafkajs-internals.ts'
import { UndecodableBatch } from './undecodable-batch.ts'

const none: readonly UndecodableBatch[] = []

/**
 * kafkajs's batch of a consumer, with two differences. It does without walks over all messages where there is nothing to
 * filter out: none lies below the offset that was asked for, and none is a control record or of an aborted transaction.
 * And it is empty only where the log had nothing at all: offsets without a message, such as the end of a transaction, are
 * news to a consumer that waits for the end of the log.
 */
export function fetchedBatch(Original: FetchedBatchClass): FetchedBatchClass {
  return class Batch extends Original {
    readonly undecodable: readonly UndecodableBatch[]

    constructor(topic: string, fetchedOffset: string, partitionData: PartitionData) {
      const whole = nothingToFilter(fetchedOffset, partitionData)
      super(topic, fetchedOffset, whole ? { ...partitionData, messages: [] } : partitionData)
      if (whole) {
        this.rawMessages = partitionData.messages
        this.messagesWithinOffset = partitionData.messages.slice()
        this.messages = partitionData.messages.slice()
        this.undecodable = none
      } else this.undecodable = this.messagesWithinOffset.filter(isUndecodable)
    }

    override isEmpty(): boolean {
      return this.messagesWithinOffset.length === 0
    }

    override isEmptyDueToFiltering(): boolean {
      return this.isEmpty() && this.rawMessages.length > 0
    }

    /** Nothing lies between what was asked for and the first message: so a gap that compaction left is none. */
    override firstOffset(): string | null {
      return this.isEmpty() ? null : this.fetchedOffset
    }
  }
}

function isUndecodable(message: object): message is UndecodableBatch {
  return message instanceof UndecodableBatch
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
