import { Access } from '../../../api/access/access.ts'
import { AlertBook } from '../../../api/alerts/alert-book.ts'
import type { CellTable } from '../../../api/cells/cell-table.ts'
import { Conversation } from '../../../api/stream/conversation.ts'
import type { Session } from '../../../api/stream/session.ts'
import { StreamHub } from '../../../api/stream/stream-hub.ts'
import { type StreamLimits, streamLimits } from '../../../api/stream/stream-limits.ts'
import { StreamMetrics } from '../../../api/stream/stream-metrics.ts'
import { ManualClock } from '../../../platform/clock.ts'
import { createLog } from '../../../platform/log.ts'
import { Metrics } from '../../../platform/metrics.ts'
import { emptyTable, noon } from '../cells/windows.ts'
import { RecordedClient } from './recorded-client.ts'

export const caller = { remoteAddress: '127.0.0.1' }
export const province = { regions: ['370000'], depth: 'subtree', kpis: ['*'] } as const

export const limits: StreamLimits = {
  ...streamLimits({ heartbeatMs: 10_000, maxBufferedBytes: 1_000, conflateAboveBytes: 500 }),
  messages: { perSecond: 1, burst: 50 },
}

export interface Connected {
  readonly client: RecordedClient
  readonly session: Session
}

/** Hub and conversation as the api has them, over connections that are recorded. */
export class StreamUnderTest {
  readonly table: CellTable
  readonly alerts: AlertBook
  readonly wall = new ManualClock(1_000_000)
  readonly metrics = new Metrics('api')
  readonly hub: StreamHub
  readonly conversation: Conversation

  constructor(
    table = emptyTable(),
    access = new Access('loopback'),
    logId = 'log-1',
    alerts = new AlertBook(),
  ) {
    this.table = table
    this.alerts = alerts
    const { wall } = this
    const clock = { now: () => noon }
    this.hub = new StreamHub({
      table,
      alerts: this.alerts,
      metrics: new StreamMetrics(this.metrics),
      limits,
      clock,
      wall,
    })
    this.conversation = new Conversation({
      table,
      access,
      limits,
      logId: () => logId,
      clock,
      clockSpeed: 60,
      wall,
      log: createLog('api', 'silent'),
    })
  }

  say(session: Session, message: object | string, from = caller): Promise<void> {
    const text = typeof message === 'string' ? message : JSON.stringify(message)
    return this.conversation.receive(session, text, from)
  }

  /** Connects and is welcomed. */
  async connect(hello: object = {}, client = new RecordedClient()): Promise<Connected> {
    const session = this.hub.open(client)
    await this.say(session, { type: 'hello', protocol: 1, ...hello })
    client.take()
    return { client, session }
  }
}
