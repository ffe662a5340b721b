import { telemetryTopic } from '../../../schemas/topics.ts'

/** What is measured with: this topic, in windows of a minute. */
export const topic = telemetryTopic('rack')
export const windowMs = 60_000
