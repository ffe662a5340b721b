import { messageOf } from '../../../platform/errors.ts'
import { Kafka, logLevel } from '../../../platform/kafka/kafkajs.ts'
import { fetchFrom, withoutSecrets } from '../../../platform/url-secrets.ts'

const probeTimeoutMs = 5_000
const clientId = 'citybrain-launcher'

/**
 * Why the broker cannot be used yet, or null: asks for the cluster's description, then for a group. The first question
 * for a group makes a new broker create its offsets topic, which takes seconds that consumers would spend failing.
 */
export async function kafkaNotReady(brokers: readonly string[]): Promise<string | null> {
  return clusterNotReady(quietKafka(brokers, { retries: 0 }), clientId)
}

/** A client that logs nothing: what fails is for its caller to report, in one line. */
export function quietKafka(brokers: readonly string[], retry: { readonly retries: number }): Kafka {
  return new Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout: probeTimeoutMs,
    requestTimeout: probeTimeoutMs,
    retry,
    logLevel: logLevel.NOTHING,
  })
}

/** The same for a client that exists; no group is asked for unless one is named. */
export async function clusterNotReady(kafka: Kafka, groupId?: string): Promise<string | null> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const { controller } = await admin.describeCluster()
    if (controller === null) return 'it has no controller yet'
    if (groupId !== undefined) await admin.describeGroups([groupId])
    return null
  } catch (error) {
    return messageOf(error)
  } finally {
    await admin.disconnect()
  }
}

/** Whether a broker answers at all. */
export async function kafkaAnswers(brokers: readonly string[], signal: AbortSignal): Promise<boolean> {
  return before(signal, async () => {
    const admin = quietKafka(brokers, { retries: 0 }).admin()
    try {
      await admin.connect()
    } finally {
      await admin.disconnect()
    }
  })
}

/** Whether an HTTP endpoint answers at all. */
export async function httpAnswers(url: string, signal: AbortSignal): Promise<boolean> {
  return before(signal, async () => {
    const response = await fetch(url, { signal })
    await response.text()
  })
}

/** Whether a question is answered before the signal ends it. */
async function before(signal: AbortSignal, ask: () => Promise<void>): Promise<boolean> {
  const ended = new Promise<false>(resolve => {
    if (signal.aborted) resolve(false)
    signal.addEventListener('abort', () => resolve(false), { once: true })
  })
  const answered = ask().then(
    () => true,
    () => false,
  )
  return Promise.race([answered, ended])
}

/** Why an HTTP endpoint is not ready, or null: ready is any 2xx. */
export async function httpNotReady(url: string): Promise<string | null> {
  try {
    const response = await fetchFrom(url, { signal: AbortSignal.timeout(probeTimeoutMs) })
    const text = (await response.text()).trim().split('\n').join('; ')
    if (response.ok) return null
    // A process that says why it is not ready needs no more words.
    return response.status === 503 && text !== ''
      ? text
      : withoutSecrets(`${url} answers ${response.status} ${text}`.trim())
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error
    return withoutSecrets(`${url}: ${messageOf(cause)}`)
  }
}
