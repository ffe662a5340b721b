import { createHash, timingSafeEqual } from 'node:crypto'
import { ClickHouseException } from '../protocol/exception.ts'

export interface Login {
  readonly user: string
  readonly password: string
}

/** @throws ClickHouseException 516; how long it takes says nothing of how much was right. */
export function requireLogin(given: Login, own: Login): void {
  const isUser = isSame(given.user, own.user)
  const isPassword = isSame(given.password, own.password)
  if (isUser && isPassword && own.password !== '') return
  throw new ClickHouseException(
    'AUTHENTICATION_FAILED',
    `${given.user}: Authentication failed: password is incorrect, or there is no user with such name. The local system's stands in clickhouse-url of its data directory.`,
  )
}

function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
