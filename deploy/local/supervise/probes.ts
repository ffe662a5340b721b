import { Kafka, logLevel } from 'kafkajs'
import { messageOf } from '../../../platform/errors.ts'

const probeTimeoutMs = 5_000

/** Why the broker cannot be used yet, or null: connects and asks for the cluster's description. */
export async function kafkaNotReady(brokers: readonly string[]): Promise<string | null> {
  const kafka = new Kafka({
    clientId: 'citybrain-launcher',
    brokers: [...brokers],
    connectionTimeout: probeTimeoutMs,
    requestTimeout: probeTimeoutMs,
    retry: { retries: 0 },
    // What fails here is reported by the caller, in one line.
    logLevel: logLevel.NOTHING,
  })
  return clusterNotReady(kafka)
}

/** The same for a client that exists. */
export async function clusterNotReady(kafka: Kafka): Promise<string | null> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const { controller } = await admin.describeCluster()
    return controller === null ? 'it has no controller yet' : null
  } catch (error) {
    return messageOf(error)
  } finally {
    await admin.disconnect()
  }
}

/** Why an HTTP endpoint is not ready, or null: ready is any 2xx. */
export async function httpNotReady(url: string): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(probeTimeoutMs) })
    const text = (await response.text()).trim().split('\n')[0] ?? ''
    return response.ok ? null : `${url} answers ${response.status} ${text}`.trim()
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error
    return `${url}: ${messageOf(cause)}`
  }
}
