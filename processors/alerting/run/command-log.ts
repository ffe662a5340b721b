import type { Kafka, KafkaMessage } from 'kafkajs'
import { AvroReader } from '../../../platform/avro/avro-reader.ts'
import type { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { messageOf } from '../../../platform/errors.ts'
import { TopicFollower } from '../../../platform/kafka/topic-follower.ts'
import type { Resource } from '../../../platform/lifecycle.ts'
import type { Log } from '../../../platform/log.ts'
import { type AlertCommand, alertActions } from '../../../schemas/alerts/alert-command.ts'
import { topicNames } from '../../../schemas/topics.ts'
import type { AlertingMetrics } from '../alerting-metrics.ts'

export interface CommandLogOptions {
  readonly kafka: Kafka
  readonly registry: SchemaRegistry
  readonly onCommands: (commands: readonly AlertCommand[]) => Promise<void>
  readonly log: Log
  readonly metrics: AlertingMetrics
}

/** Follows alert.commands from its beginning: what was applied before is known to the alert it is about. */
export function commandLog({ kafka, registry, onCommands, log, metrics }: CommandLogOptions): Resource {
  const reader = new AvroReader<AlertCommand>(registry, topicNames.alertCommands)
  const decode = ({ value, offset }: KafkaMessage): readonly AlertCommand[] => {
    if (value === null) return []
    try {
      const command = reader.decode(value)
      // Written by a newer api: it is of no use to guess.
      if (!alertActions.includes(command.action)) throw new Error(`unknown action ${command.action}`)
      return [command]
    } catch (error) {
      metrics.failures.inc({ what: 'command_undecodable' })
      log.error({ offset, reason: messageOf(error) }, 'a command cannot be read')
      return []
    }
  }
  return new TopicFollower({
    kafka,
    topic: topicNames.alertCommands,
    follower: 'alerting',
    from: 'beginning',
    log,
    onMessages: async messages => {
      await reader.prepare(messages)
      await onCommands(messages.flatMap(decode))
    },
  })
}
