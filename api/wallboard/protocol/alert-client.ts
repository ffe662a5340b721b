import { isObject } from '../../client/json-types.ts'
import { type Credential, headersOf } from './credential.ts'
import {
  type AlertDetail,
  type HandOver,
  parseDetail,
  parseHandOver,
  parseRuleCount,
} from './parse-alerts.ts'
import type { Refused } from './rest-client.ts'

export const deskActions = ['ack', 'dispatch', 'comment', 'close', 'silence'] as const
export type DeskAction = (typeof deskActions)[number]

/** What the wall asks about alerts, and does about them. */
export interface AlertClient {
  alert(id: string): Promise<AlertDetail | Refused>
  handOver(region: string, since: number): Promise<HandOver | Refused>
  rules(): Promise<{ readonly count: number } | Refused>
  /** @param key makes it one thing to do, however often it is asked for */
  act(
    id: string,
    action: DeskAction,
    said: object,
    key: string,
  ): Promise<{ readonly command: string } | Refused>
}

const patienceMs = 10_000

/** Every answer is parsed, none throws. */
export function createAlertClient(base: string, credential?: Credential): AlertClient {
  const ask = async <T>(
    path: string,
    parse: (json: unknown) => T | undefined,
    init: RequestInit = {},
  ): Promise<T | Refused> => {
    try {
      const response = await fetch(`${base}${path}`, {
        ...init,
        headers: { ...init.headers, ...headersOf(credential) },
        signal: AbortSignal.timeout(patienceMs),
      })
      if (response.status === 404) return { refused: 'absent', why: path }
      const json: unknown = await response.json()
      if (!response.ok) return { refused: 'failed', why: whyOf(json, response.status) }
      const parsed = parse(json)
      return parsed === undefined ? { refused: 'unreadable', why: path } : parsed
    } catch (error) {
      return { refused: 'failed', why: String(error) }
    }
  }
  return {
    alert: id => ask(pathOf(id), parseDetail),
    handOver: (region, since) =>
      ask(`/v1/handover?${new URLSearchParams({ region, since: String(Math.floor(since)) })}`, parseHandOver),
    rules: () => ask('/v1/rules', parseRuleCount),
    act: (id, action, said, key) =>
      ask(`${pathOf(id)}/${action}`, parseCommand, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(said),
      }),
  }
}

/** A key of its own; pages that came without TLS have no `crypto.randomUUID`. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}

function pathOf(id: string): string {
  return `/v1/alerts/${encodeURIComponent(id)}`
}

function parseCommand(json: unknown): { readonly command: string } | undefined {
  return isObject(json) && typeof json.command_id === 'string' ? { command: json.command_id } : undefined
}

/** What a problem says, in the server's words. */
function whyOf(json: unknown, status: number): string {
  return isObject(json) && typeof json.detail === 'string' ? json.detail : String(status)
}
