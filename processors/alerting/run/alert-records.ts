import type { Alert } from '../../../schemas/alerts/alert.ts'
import type { PublishedRule } from '../../../schemas/alerts/published-rule.ts'
import type { Silence } from '../../../schemas/alerts/silence.ts'
import { topicNames } from '../../../schemas/topics.ts'
import type { Notification } from '../out/notification.ts'

/** Value of `alert.state`. */
export interface StoredSeries {
  readonly rule: string
  readonly region: string
  readonly through: number
  readonly judged_by: string
  /** A `SeriesState` as JSON. */
  readonly series: string
}

/** What is written to each of alerting's topics; all are compacted, and null takes a key away. */
export interface AlertRecords {
  readonly [topicNames.alerts]: Alert
  readonly [topicNames.silences]: Silence
  readonly [topicNames.alertState]: StoredSeries
  readonly [topicNames.alertRules]: PublishedRule
  readonly [topicNames.notifications]: Notification
}

export type AlertTopic = keyof AlertRecords

export const alertTopics = [
  topicNames.alerts,
  topicNames.silences,
  topicNames.alertState,
  topicNames.alertRules,
  topicNames.notifications,
] as const satisfies readonly AlertTopic[]

/** One message. */
export type Written = {
  readonly [T in AlertTopic]: {
    readonly topic: T
    readonly key: string
    readonly value: AlertRecords[T] | null
  }
}[AlertTopic]
