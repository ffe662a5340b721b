import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isLoopback } from '../http/loopback.ts'

const root = join(import.meta.dirname, '../..')

/** Where a running local system names its data directory, by the port of its ClickHouse; the commands look there. */
export function localSystemFile(port: number, dir = join(root, '.cache/local')): string {
  return join(dir, `clickhouse-${port}`)
}

/** The file of a data directory that holds the URL of its ClickHouse, user and password included. */
export function clickhouseUrlFile(dataDir: string): string {
  return join(dataDir, 'clickhouse-url')
}

/** The password of the local system that has its ClickHouse at a URL; empty where none runs there. */
export function localClickHousePassword(url: string, dir?: string): string {
  if (!URL.canParse(url)) return ''
  const { hostname, port } = new URL(url)
  if (!isLoopback(hostname)) return ''
  const dataDir = read(localSystemFile(Number(port || 80), dir))
  const text = dataDir === null ? null : read(clickhouseUrlFile(dataDir))
  return text !== null && URL.canParse(text) ? decodeURIComponent(new URL(text).password) : ''
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
