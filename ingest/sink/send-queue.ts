/** A message on its way to a topic. */
export interface Outgoing {
  readonly topic: string
  readonly key: string | null
  readonly value: Buffer
}

/** How much of one topic goes out in one produce request. */
export interface ParcelLimits {
  readonly topicBytes: number
  readonly topicMessages: number
}

/** What goes out in one produce request, on behalf of one or more sends. */
export interface Parcel {
  readonly topicMessages: { readonly topic: string; readonly messages: Outgoing[] }[]
  readonly topicBytes: { readonly topic: string; readonly bytes: number }[]
  acknowledge(): void
  fail(error: Error): void
}

/** One sender's messages and the promise that they are acknowledged. */
class Send {
  readonly promise: Promise<void>
  readonly messages: readonly Outgoing[]
  /** The first message that is not in a parcel yet. */
  next = 0
  settled = false
  private unacknowledged: number
  private readonly resolve: () => void
  private readonly reject: (error: Error) => void

  constructor(messages: readonly Outgoing[]) {
    this.messages = messages
    this.unacknowledged = messages.length
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.promise = promise
    this.resolve = resolve
    this.reject = reject
  }

  acknowledge(count: number): void {
    this.unacknowledged -= count
    if (this.unacknowledged > 0 || this.settled) return
    this.settled = true
    this.resolve()
  }

  fail(error: Error): void {
    this.settled = true
    this.reject(error)
  }
}

/** Messages of many senders in order of arrival, cut into parcels; no I/O of its own. */
export class SendQueue {
  private readonly waiting: Send[] = []
  private readonly unsettled = new Set<Send>()
  private readonly limits: ParcelLimits
  private waitingBytes = 0
  private waitingMessages = 0

  constructor(limits: ParcelLimits) {
    this.limits = limits
  }

  /** Messages not in a parcel yet. */
  get size(): number {
    return this.waitingMessages
  }

  /** Whether there is enough for a parcel, so that waiting for company brings nothing. */
  get full(): boolean {
    return this.waitingBytes >= this.limits.topicBytes || this.waitingMessages >= this.limits.topicMessages
  }

  add(messages: readonly Outgoing[]): { readonly promise: Promise<void>; fail(error: Error): void } {
    const send = new Send(messages)
    this.waiting.push(send)
    this.unsettled.add(send)
    const settle = () => this.unsettled.delete(send)
    send.promise.then(settle, settle)
    for (const message of messages) this.waitingBytes += bytesOf(message)
    this.waitingMessages += messages.length
    return send
  }

  /** The next parcel; messages of sends that were given up stay behind. */
  take(): Parcel | undefined {
    const messagesOf = new Map<string, Outgoing[]>()
    const bytes = new Map<string, number>()
    const counts = new Map<Send, number>()
    for (let send = this.waiting[0]; send; send = this.waiting[0]) {
      const taken = this.takeFrom(send, messagesOf, bytes)
      if (taken > 0) counts.set(send, taken)
      if (send.next < send.messages.length) break
      this.waiting.shift()
    }
    if (counts.size === 0) return undefined
    return {
      topicMessages: [...messagesOf].map(([topic, messages]) => ({ topic, messages })),
      topicBytes: [...bytes].map(([topic, sum]) => ({ topic, bytes: sum })),
      acknowledge: () => {
        for (const [send, count] of counts) send.acknowledge(count)
      },
      fail: error => {
        for (const send of counts.keys()) send.fail(error)
      },
    }
  }

  /** Resolves when every send so far is acknowledged or has failed. */
  async drained(): Promise<void> {
    await Promise.allSettled([...this.unsettled].map(send => send.promise))
  }

  private takeFrom(send: Send, messagesOf: Map<string, Outgoing[]>, bytes: Map<string, number>): number {
    const first = send.next
    let skipped = 0
    while (send.next < send.messages.length) {
      const message = send.messages[send.next]
      if (!message) break
      const size = bytesOf(message)
      if (send.settled) skipped++
      else {
        const sum = bytes.get(message.topic) ?? 0
        // A message larger than a parcel goes alone: the broker decides.
        if (sum > 0 && sum + size > this.limits.topicBytes) break
        const list = messagesOf.get(message.topic)
        if (list && list.length >= this.limits.topicMessages) break
        bytes.set(message.topic, sum + size)
        if (list) list.push(message)
        else messagesOf.set(message.topic, [message])
      }
      this.waitingBytes -= size
      this.waitingMessages--
      send.next++
    }
    return send.next - first - skipped
  }
}

/** With room for what a record batch adds to key and value: lengths, offset and time deltas. */
function bytesOf({ key, value }: Outgoing): number {
  return value.length + (key === null ? 0 : Buffer.byteLength(key)) + 24
}
