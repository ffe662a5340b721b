import { processStages } from '../parts.ts'
import { defaultPorts, type PortName, portNames } from './ports.ts'

/** A port that something listens on: what it speaks, and who may use it. */
export interface ListeningSocket {
  readonly port: PortName
  readonly process: string
  readonly speaks: 'HTTP' | 'HTTP, WebSocket' | 'Kafka'
  readonly users: string
}

type Served = Exclude<PortName, `${string}Admin`>

const served: Readonly<Record<Served, Omit<ListeningSocket, 'port'>>> = {
  api: {
    process: 'api',
    speaks: 'HTTP, WebSocket',
    users:
      'viewers with a token; without one from this machine only, and nobody once a secret or key set is configured',
  },
  ingest: {
    process: 'ingest',
    speaks: 'HTTP',
    users:
      'programs that send; with a key wherever `INGEST_KEYS` is set, and from elsewhere not without (or `INGEST_OPEN=yes`)',
  },
  registry: { process: 'registry', speaks: 'HTTP', users: 'programs of this machine' },
  kafka: { process: 'kafka', speaks: 'Kafka', users: 'programs of this machine' },
  kafkaController: { process: 'kafka', speaks: 'Kafka', users: 'the broker itself' },
  clickhouse: {
    process: 'clickhouse',
    speaks: 'HTTP',
    users: 'programs with the password in the data directory: our processes, and analysts',
  },
}

const admin: Omit<ListeningSocket, 'port' | 'process'> = {
  speaks: 'HTTP',
  users: 'Prometheus and operators: `/healthz`, `/readyz`, `/metrics`',
}

/** Every port of the local system, in the order of its number. */
export function listeningSockets(): readonly ListeningSocket[] {
  const processOf = new Map<PortName, string>(processStages.flat().map(row => [row.admin, row.name]))
  return portNames
    .map(port => {
      if (isServed(port)) return { port, ...served[port] }
      return { port, process: processOf.get(port) ?? port.replace(/Admin$/, ''), ...admin }
    })
    .toSorted((a, b) => defaultPorts[a.port] - defaultPorts[b.port])
}

function isServed(port: PortName): port is Served {
  return Object.hasOwn(served, port)
}

/** The table of docs/access.md. */
export function socketTable(): string {
  const rows = listeningSockets().map(
    ({ port, process, speaks, users }) => `| ${defaultPorts[port]} | ${process} | ${speaks} | ${users} |`,
  )
  return ['| port | process | speaks | for |', '|---|---|---|---|', ...rows].join('\n')
}
