import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Section } from '../section.ts'
import type { ClientFigures } from './read-stream.ts'
import type { ServerFigures } from './serve-stream.ts'

const measuredMs = 20_000
/** Until the snapshots of all clients are out and code is warm. */
const settleMs = 5_000
const warmUpClients = 200

interface Case {
  readonly clients: number
  /** Every how manieth client does not read; 0 for none. */
  readonly stalledEvery: number
}

const cases: readonly Case[] = [
  { clients: 100, stalledEvery: 0 },
  { clients: 1_000, stalledEvery: 0 },
  { clients: 1_000, stalledEvery: 100 },
  { clients: 5_000, stalledEvery: 0 },
]

interface StreamFigures extends Case {
  readonly cells_delivered: number
  readonly changes_per_s: number
  readonly cpu_s_per_million_cells: number
  readonly delay_p50_ms: number
  readonly delay_p99_ms: number
  readonly delay_max_ms: number
  readonly resident_bytes_per_client: number
  readonly heap_and_buffers_bytes_per_client: number
  readonly grown_mib: number
  readonly clients_behind: number
  readonly clients_lost: number
}

export const streamSection: Section = {
  name: 'stream',
  question: 'what does a delivered cell cost, and how late is it?',
  async run() {
    const figures: StreamFigures[] = []
    for (const one of cases) figures.push(await measure(one))
    const table = figures.map(measured => ({
      clients: measured.clients,
      stalled: measured.stalledEvery ? `1 in ${measured.stalledEvery}` : 'none',
      'million cells': round(measured.cells_delivered / 1e6, 2),
      'CPU s per million cells': round(measured.cpu_s_per_million_cells, 2),
      'p50 ms': measured.delay_p50_ms,
      'p99 ms': measured.delay_p99_ms,
      'max ms': measured.delay_max_ms,
      'KiB a client': round(measured.resident_bytes_per_client / 1024, 1),
      'of these heap and buffers': round(measured.heap_and_buffers_bytes_per_client / 1024, 1),
      'grown MiB': round(measured.grown_mib, 1),
      behind: measured.clients_behind,
      lost: measured.clients_lost,
    }))
    return { table, results: figures }
  },
}

async function measure({ clients, stalledEvery }: Case): Promise<StreamFigures> {
  const server = fork(join(import.meta.dirname, 'serve-stream.ts'), { execArgv: ['--expose-gc'] })
  const [{ port }] = await once(server, 'message')
  const url = `ws://127.0.0.1:${port}/v1/stream`
  // What a process takes that has served before, whoever is connected, is no cost of a client.
  await leave(await connected(url, warmUpClients, 0))
  const empty = await ask<ServerFigures>(server)
  const readers = await connected(url, clients, stalledEvery)
  const before = await ask<ServerFigures>(server)
  await ask<ClientFigures>(readers)
  const began = performance.now()
  await setTimeout(measuredMs)
  const { delays, open } = await ask<ClientFigures>(readers)
  const after = await ask<ServerFigures>(server)
  const seconds = (performance.now() - began) / 1000
  await Promise.all([leave(readers), leave(server)])

  const sorted = Float64Array.from(delays).sort()
  const cells = after.cellsSent - before.cellsSent
  return {
    clients,
    stalledEvery,
    cells_delivered: cells,
    changes_per_s: (after.cellsChanged - before.cellsChanged) / seconds,
    cpu_s_per_million_cells: (1e6 * (after.cpuSeconds - before.cpuSeconds)) / cells,
    delay_p50_ms: quantile(sorted, 0.5),
    delay_p99_ms: quantile(sorted, 0.99),
    delay_max_ms: quantile(sorted, 1),
    resident_bytes_per_client: (before.residentBytes - empty.residentBytes) / clients,
    heap_and_buffers_bytes_per_client: (before.heapAndBuffersBytes - empty.heapAndBuffersBytes) / clients,
    grown_mib: (after.residentBytes - before.residentBytes) / 1024 / 1024,
    clients_behind: after.behind,
    clients_lost: clients - open,
  }
}

/** Clients that have had their snapshots. */
async function connected(url: string, clients: number, stalledEvery: number): Promise<ChildProcess> {
  const readers = fork(join(import.meta.dirname, 'read-stream.ts'), [
    url,
    String(clients),
    String(stalledEvery),
  ])
  await once(readers, 'message')
  await setTimeout(settleMs)
  return readers
}

async function leave(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.disconnect()
  await exit
}

async function ask<T>(child: ChildProcess): Promise<T> {
  const answer = once(child, 'message')
  child.send('figures')
  const [figures] = await answer
  return figures
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals))
}
