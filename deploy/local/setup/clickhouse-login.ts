import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { clickhouseUrlFile, localSystemFile } from '../../../platform/clickhouse/local-login.ts'
import { keptSecret, privateFolder, writePrivate } from './private-files.ts'

/** Who our processes are at the local ClickHouse, and where people find it. */
export interface ClickHouseLogin {
  readonly user: string
  readonly password: string
  /** With user and password, ready to be used by programs. */
  readonly url: string
}

/** The environment's password, or the one that the data directory keeps. @throws CodedError `secret_unreadable` */
export function clickhouseLogin(dataDir: string, address: string, env: NodeJS.ProcessEnv): ClickHouseLogin {
  const user = env.CLICKHOUSE_USER || 'default'
  const password = env.CLICKHOUSE_PASSWORD || keptSecret(join(dataDir, 'clickhouse-password'))
  const url = new URL(address)
  url.username = encodeURIComponent(user)
  url.password = encodeURIComponent(password)
  return { user, password, url: url.href }
}

/** Writes down where a system that runs has its ClickHouse; returns what takes that back. */
export function announceClickHouse(dataDir: string, port: number, { url }: ClickHouseLogin): () => void {
  const pointer = localSystemFile(port)
  privateFolder(dirname(pointer))
  writePrivate(clickhouseUrlFile(dataDir), `${url}\n`)
  writePrivate(pointer, `${dataDir}\n`)
  return () => rmSync(pointer, { force: true })
}
