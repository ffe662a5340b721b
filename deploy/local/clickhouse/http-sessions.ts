import type { EngineConnection } from './engine/engine.ts'
import { ClickHouseException } from './protocol/exception.ts'
import type { HttpQuery } from './protocol/http-request.ts'

interface OpenSession {
  readonly connection: EngineConnection
  busy: boolean
  expiry: NodeJS.Timeout | undefined
}

/**
 * Sessions by `session_id`: each keeps a connection, so temporary tables, SET and USE last from request to
 * request. As in ClickHouse one request at a time uses a session (373), and it ends after its timeout
 * without use.
 */
export class HttpSessions {
  private readonly connect: () => EngineConnection
  private readonly sessions = new Map<string, OpenSession>()

  constructor(connect: () => EngineConnection) {
    this.connect = connect
  }

  /** Runs with the session's connection, or with one of its own that is closed afterwards. */
  async use<T>(
    session: HttpQuery['session'],
    work: (connection: EngineConnection) => Promise<T>,
  ): Promise<T> {
    if (!session) {
      const connection = this.connect()
      try {
        return await work(connection)
      } finally {
        connection.close()
      }
    }
    const open = this.take(session.id, session.mustExist)
    try {
      return await work(open.connection)
    } finally {
      open.busy = false
      open.expiry = setTimeout(() => this.end(session.id), session.timeoutMs).unref()
    }
  }

  closeAll(): void {
    for (const id of [...this.sessions.keys()]) this.end(id)
  }

  private take(id: string, mustExist: boolean): OpenSession {
    let open = this.sessions.get(id)
    if (open?.busy) {
      throw new ClickHouseException('SESSION_IS_LOCKED', `Session ${id} is locked by a concurrent client.`)
    }
    if (!open) {
      if (mustExist) throw new ClickHouseException('SESSION_NOT_FOUND', `Session ${id} not found.`)
      open = { connection: this.connect(), busy: true, expiry: undefined }
      this.sessions.set(id, open)
    }
    clearTimeout(open.expiry)
    open.busy = true
    return open
  }

  private end(id: string): void {
    const open = this.sessions.get(id)
    this.sessions.delete(id)
    clearTimeout(open?.expiry)
    open?.connection.close()
  }
}
