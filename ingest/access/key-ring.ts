import { timingSafeEqual } from 'node:crypto'
import type { Counter, Gauge } from 'prom-client'
import { CodedError, messageOf } from '../../platform/errors.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { readUtf8 } from '../../platform/utf8-file.ts'
import { hashOfKey, type IngestKey, parseKeyFile } from './key-file.ts'

export interface KeyRingOptions {
  readonly path: string
  readonly log: Log
  readonly metrics: Metrics
}

/** How often the file is looked at, ms: for so long a key that was taken out is still good. */
const lookMs = 5_000

/** The keys of INGEST_KEYS, as the file says now. A file with mistakes changes nothing, and is named in the log. */
export class KeyRing implements Resource {
  readonly name = 'ingest keys'
  private readonly options: KeyRingOptions
  private text: string | undefined
  private byHash = new Map<string, IngestKey>()
  private names = new Set<string>()
  private timer: NodeJS.Timeout | undefined
  private readonly count: Gauge
  private readonly failures: Counter

  constructor(options: KeyRingOptions) {
    this.options = options
    const { metrics } = options
    this.count = metrics.gauge('keys', 'keys that may send')
    this.failures = metrics.counter(
      'key_file_failures',
      'looks at INGEST_KEYS that found it unreadable or wrong: the keys of before still hold',
    )
  }

  /** @throws CodedError `config_invalid` */
  async start(): Promise<void> {
    await this.read()
    this.timer = setInterval(() => void this.look(), lookMs)
    this.timer.unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
  }

  /** The key that was sent, by its hash, so that how long it takes says nothing of the keys; or undefined. */
  find(sent: string): IngestKey | undefined {
    const hash = hashOfKey(sent)
    const key = this.byHash.get(hash.toString('hex'))
    return key && timingSafeEqual(key.hash, hash) ? key : undefined
  }

  /** Whether there is a key of this name. */
  isName(source: string): boolean {
    return this.names.has(source)
  }

  /** Reads the file again if it has changed; never throws. */
  async look(): Promise<void> {
    try {
      if (await this.read()) this.options.log.info({ keys: this.byHash.size }, 'ingest keys read again')
    } catch (error) {
      this.failures.inc()
      this.options.log.error({ reason: messageOf(error) }, 'ingest keys not read again: those of before hold')
    }
  }

  private async read(): Promise<boolean> {
    const { path } = this.options
    const text = await readUtf8(path).catch((cause: unknown) => {
      throw new CodedError('config_invalid', `INGEST_KEYS ${path}: ${messageOf(cause)}`, { cause })
    })
    if (text === this.text) return false
    const keys = parseKeyFile(text, path)
    this.text = text
    this.byHash = new Map(keys.map(key => [key.hash.toString('hex'), key]))
    this.names = new Set(keys.map(({ name }) => name))
    this.count.set(keys.length)
    return true
  }
}
