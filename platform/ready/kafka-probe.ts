import type { Admin, Kafka } from 'kafkajs'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Readiness } from './readiness.ts'
import type { readySettings } from './ready-settings.ts'
import { StoreProbe } from './store-probe.ts'

export interface KafkaProbeOptions {
  readonly config: Config<typeof readySettings>
  /** Gives up soon: a question of the probe is asked again anyway. */
  readonly kafka: Kafka
  readonly readiness: Readiness
  /** Wall time. */
  readonly clock: Clock
}

/** Whether Kafka answers: asks for the cluster's description, one small request. */
export function kafkaProbe({ config, kafka, readiness, clock }: KafkaProbeOptions): StoreProbe {
  let current: Admin | undefined
  const drop = async (): Promise<void> => {
    const admin = current
    current = undefined
    // What cannot part in peace is gone all the same.
    await admin?.disconnect().catch(() => undefined)
  }
  return new StoreProbe({
    store: 'kafka',
    async ask() {
      current ??= kafka.admin()
      try {
        await current.connect()
        const { controller } = await current.describeCluster()
        if (controller === null) throw new Error('it has no controller')
      } catch (error) {
        void drop()
        throw error
      }
    },
    close: drop,
    limitMs: config.readyAnswerMs,
    readiness,
    clock,
  })
}
