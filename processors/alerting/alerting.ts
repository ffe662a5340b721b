import { AvroReader } from '../../platform/avro/avro-reader.ts'
import { wallClock } from '../../platform/clock.ts'
import { LastingAdmin } from '../../platform/kafka/lasting-admin.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import { topicNames } from '../../schemas/topics.ts'
import type { ProcessorContext } from '../context.ts'
import { alertingMetrics } from './alerting-metrics.ts'
import { type JudgedMessage, judgedFields } from './engine/judged-message.ts'
import { notifierMetrics } from './out/notifier-metrics.ts'
import { receivers } from './out/receivers.ts'
import { RuleFiles } from './reload/rule-files.ts'
import { AlertDuty } from './run/alert-duty.ts'
import { AlertPublisher } from './run/alert-publisher.ts'
import { AlertingRunner } from './run/alerting-runner.ts'

/**
 * kpi.regional and alert.commands -> alert.events, alert.silences, and what receivers are told.
 * @throws CodedError `config_invalid`: the file of receivers
 */
export function alerting(context: ProcessorContext): readonly Resource[] {
  const { config, kafka, registry, log, fail } = context
  const metrics = alertingMetrics(context.metrics)
  const admin = new LastingAdmin(kafka)
  const publisher = new AlertPublisher({ kafka, registry, admin, log, metrics })
  const files: RuleFiles = new RuleFiles({
    paths: config.alertRules,
    onChange: () => duty.changeRules().catch(fail),
    log,
    metrics,
    fail,
  })
  const duty: AlertDuty = new AlertDuty({
    context,
    admin,
    publisher,
    files,
    receivers: receivers(config),
    metrics,
    notifierMetrics: notifierMetrics(context.metrics),
    wall: wallClock,
  })
  const runner = new AlertingRunner({
    kafka,
    reader: new AvroReader<JudgedMessage>(registry, topicNames.regional, judgedFields),
    load: () => duty.load(),
    mayBeOutdated: (tenure, owned) => duty.mayBeOutdated(tenure, owned),
    tell: owned => duty.tell(owned),
    keep: owned => duty.keep(owned),
    begin: tenure => duty.begin(tenure),
    end: () => duty.end(),
    keepEveryMs: config.alertStateEveryMs,
    log,
    metrics,
    fail,
  })
  context.watch(runner)
  return [
    publisher,
    { name: 'admin', start: () => admin.connect(), stop: () => admin.disconnect() },
    files,
    runner,
  ]
}
