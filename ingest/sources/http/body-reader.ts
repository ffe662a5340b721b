import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { CodedError } from '../../../platform/errors.ts'
import type { Metrics } from '../../../platform/metrics.ts'
import type { IntakeBatch, Receipt } from '../../intake.ts'
import type { LoopTurns } from '../../pipeline/loop-turns.ts'
import { InFlightLimit } from './in-flight-limit.ts'
import { maxItemBytes, slices } from './item-limits.ts'
import { parseItems } from './parse-items.ts'
import { UnreadableBody } from './read-item.ts'
import { type BodyLimits, decompressed, encodingOf, receiveBody, senderLeft } from './receive-body.ts'

export interface BodyReaderOptions extends BodyLimits {
  readonly maxItems: number
  readonly maxInFlightBytes: number
  readonly turns: LoopTurns
  readonly metrics: Metrics
}

export interface SentBody {
  /** Null where there is none. */
  readonly stream: Readable | null
  /** 0 where the sender does not say. */
  readonly contentLength: number
  readonly contentEncoding: string | undefined
  readonly mediaType: string
  /** Closes when the sender goes. */
  readonly answer: ServerResponse
}

/** Body -> items, slice by slice -> batch -> Kafka; until the sender goes, and within what may be in flight. */
export function bodyReader(options: BodyReaderOptions) {
  const { maxItems, maxBodyBytes, turns, metrics } = options
  const limit = new InFlightLimit(options.maxInFlightBytes)
  metrics.gauge(
    'in_flight_bytes',
    'bytes held for senders, until Kafka has acknowledged',
    [],
    () => limit.inFlight,
  )
  const bytes = metrics.counter('request_bytes', 'bytes of bodies, decompressed')
  const itemLimits = { maxItems, maxItemBytes, wholeBytes: maxItemBytes, ...slices }

  return async (body: SentBody, sender: string, batch: IntakeBatch): Promise<Receipt> => {
    const encoding = encodingOf(body.contentEncoding)
    if (body.contentLength > maxBodyBytes) {
      throw new CodedError('body_too_large', `the body has more than ${maxBodyBytes} bytes`)
    }
    const gone = new AbortController()
    const leave = () => gone.abort(senderLeft())
    body.answer.once('close', leave)
    const lease = limit.lease(sender)
    try {
      const sent = body.stream === null ? [] : await receiveBody(body.stream, options, lease)
      if (encoding === null) for (const chunk of sent) bytes.inc(chunk.length)
      const grow = (more: number) => {
        lease.grow(more)
        bytes.inc(more)
      }
      const chunks = encoding === null ? sent : decompressed(sent, encoding, options, grow)
      const turn = async () => {
        await turns.next()
        gone.signal.throwIfAborted()
      }
      try {
        for await (const items of parseItems(chunks, body.mediaType, itemLimits, turn)) {
          lease.grow(batch.add(items))
        }
      } catch (error) {
        // It is refused as a whole, and kept.
        if (error instanceof UnreadableBody && error.item) {
          batch.add([error.item])
          await batch.send(gone.signal)
        }
        throw error
      }
      return await batch.send(gone.signal)
    } finally {
      lease.release()
      body.answer.off('close', leave)
    }
  }
}
