import { randomUUID } from 'node:crypto'
import type { Consumer } from 'kafkajs'
import { parseSchema, schemaText } from '../../../platform/avro/avro-schemas.ts'
import { wireHeaderBytes } from '../../../platform/avro/avro-writer.ts'
import { Kafka, logLevel } from '../../../platform/kafka/kafkajs.ts'
import type { RegionalMessage } from '../../../processors/regional/regional-message.ts'
import { topicNames } from '../../../schemas/topics.ts'

const province = '370000'
/** Feeds of which something reports at any time, so that their age is the pipeline's and not theirs. */
const feeds = ['rack', 'parking'] as const

/** What a wall would know: follows the province's values on kpi.regional with a client of its own. */
export class LiveValues {
  private readonly consumer: Consumer
  private readonly newest = new Map<string, number>()
  private readonly waiting = new Set<() => void>()
  private heardAt = Date.now()
  private end = 0
  private longestSilence = 0

  constructor(brokers: string) {
    const kafka = new Kafka({
      brokers: [brokers],
      logLevel: logLevel.NOTHING,
      // It must not be what is waited for when the broker comes back.
      retry: { initialRetryTime: 100, maxRetryTime: 200, retries: Number.MAX_SAFE_INTEGER },
    })
    this.consumer = kafka.consumer({ groupId: `bench-${randomUUID()}`, maxWaitTimeInMs: 50 })
  }

  async start(): Promise<void> {
    const type = parseSchema(schemaText('kpi_regional'))
    await this.consumer.connect()
    await this.consumer.subscribe({ topic: topicNames.regional })
    await this.consumer.run({
      autoCommit: false,
      eachMessage: async ({ message: { value, offset } }) => {
        this.end = Number(offset) + 1
        if (value !== null) this.take(type.fromBuffer(value.subarray(wireHeaderBytes)) as RegionalMessage)
      },
    })
  }

  stop(): Promise<void> {
    return this.consumer.disconnect()
  }

  /** Position on the stream: everything below has been told. */
  get position(): number {
    return this.end
  }

  /** Resolves when every feed has told a value with a reading of after `time` (epoch ms). */
  async after(time: number, timeoutMs: number): Promise<void> {
    const isLive = () => feeds.every(feed => (this.newest.get(feed) ?? 0) > time)
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!isLive()) return
        clearTimeout(timer)
        this.waiting.delete(look)
        resolve()
      }
      const timer = setTimeout(() => {
        this.waiting.delete(look)
        const seen = JSON.stringify(Object.fromEntries(this.newest))
        reject(new Error(`no live values within ${timeoutMs} ms: after ${time}, seen ${seen}`))
      }, timeoutMs)
      this.waiting.add(look)
      look()
    })
  }

  /** The longest time without a message since this was last asked, ms. */
  takeSilence(): number {
    const silence = Math.max(this.longestSilence, Date.now() - this.heardAt)
    this.longestSilence = 0
    this.heardAt = Date.now()
    return silence
  }

  private take({ region, record, event_time_max }: RegionalMessage): void {
    if (region !== province) return
    const now = Date.now()
    this.longestSilence = Math.max(this.longestSilence, now - this.heardAt)
    this.heardAt = now
    this.newest.set(record, Math.max(event_time_max ?? 0, this.newest.get(record) ?? 0))
    for (const look of this.waiting) look()
  }
}
