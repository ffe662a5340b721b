import type { Kafka } from 'kafkajs'
import type { SchemaRegistry } from '../../platform/avro/schema-registry.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { LogReader } from '../../platform/ready/log-lag.ts'
import type { Alert } from '../../schemas/alerts/alert.ts'
import type { PublishedRule } from '../../schemas/alerts/published-rule.ts'
import type { Silence } from '../../schemas/alerts/silence.ts'
import { topicNames } from '../../schemas/topics.ts'
import { AlertBook } from './alert-book.ts'
import { AlertDesk } from './alert-desk.ts'
import { BookFollower, type BookFollowerOptions } from './book-follower.ts'
import { CommandLog } from './command-log.ts'
import { RuleBook } from './rule-book.ts'
import { SilenceBook } from './silence-book.ts'

export interface OpenDeskOptions {
  readonly kafka: Kafka
  readonly registry: SchemaRegistry
  readonly log: Log
  readonly metrics: Metrics
  /** The data's clock. */
  readonly clock: Clock
}

export interface OpenDesk {
  readonly desk: AlertDesk
  /** To be started before anybody is answered. */
  readonly followers: readonly (Resource & LogReader)[]
  readonly commands: Resource
}

/** The books of alerting, each as its topic has it, and the desk that looks into them. */
export function openDesk({ kafka, registry, log, metrics, clock }: OpenDeskOptions): OpenDesk {
  const alerts = new AlertBook()
  const silences = new SilenceBook()
  const rules = new RuleBook()
  const commands = new CommandLog(kafka, registry)
  const undecodable = metrics.counter('alert_undecodable', 'messages of alerting that could not be read', [
    'topic',
  ])
  metrics.gauge('alerts_held', 'alerts in memory', [], () => alerts.size)
  const follow = <T>(topic: string, book: BookFollowerOptions<T>['book']): BookFollower<T> =>
    new BookFollower<T>({
      kafka,
      registry,
      topic,
      book,
      log,
      onUndecodable: () => undecodable.inc({ topic }),
    })
  return {
    desk: new AlertDesk({ alerts, silences, rules, clock, publish: command => commands.publish(command) }),
    followers: [
      follow<Alert>(topicNames.alerts, alerts),
      follow<Silence>(topicNames.silences, silences),
      follow<PublishedRule>(topicNames.alertRules, rules),
    ],
    commands,
  }
}
