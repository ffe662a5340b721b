import { createServer } from 'node:net'
import { CodedError } from '../../../platform/errors.ts'

/** Every port of the local system, before the offset. */
export const defaultPorts = {
  kafka: 9092,
  kafkaController: 9093,
  registry: 8081,
  clickhouse: 8123,
  api: 8080,
  ingest: 8090,
  aggregateAdmin: 9101,
  rollupAdmin: 9102,
  archiveAdmin: 9103,
  censusAdmin: 9104,
  correctAdmin: 9105,
  alertingAdmin: 9106,
  clickhouseAdmin: 9107,
  registryAdmin: 9108,
  ingestAdmin: 9109,
  apiAdmin: 9110,
} as const

export type PortName = keyof typeof defaultPorts
export type Ports = Readonly<Record<PortName, number>>

export const portNames = Object.keys(defaultPorts) as readonly PortName[]
const highest = Math.max(...Object.values(defaultPorts))
const lowest = Math.min(...Object.values(defaultPorts))
export const offsetRange = { from: 1024 - lowest, to: 65_535 - highest } as const

export function portsAt(offset: number): Ports {
  const ports: Record<PortName, number> = { ...defaultPorts }
  for (const name of portNames) ports[name] += offset
  return ports
}

/** Below 65,536 and not reserved, what browsers and fetch refuse to connect to (Fetch Standard, "bad port"). */
const refusedByBrowsers: ReadonlySet<number> = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10_080,
])

/** Those of the ports that no browser connects to. */
export function refusedPorts(ports: Ports): readonly number[] {
  return Object.values(ports).filter(port => refusedByBrowsers.has(port))
}

/** Whether nothing listens on a port. */
export async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer()
  const free = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    )
    server.listen({ host, port, exclusive: true }, () => resolve(true))
  })
  if (free) await new Promise(resolve => server.close(resolve))
  return free
}

/** @param hosts of ports that are opened elsewhere than on `host` @throws CodedError `port_in_use` naming every port that something else listens on. */
export async function requireFree(
  host: string,
  ports: Ports,
  names: readonly PortName[],
  hosts: Partial<Readonly<Record<PortName, string>>> = {},
): Promise<void> {
  const taken: string[] = []
  for (const name of names) {
    if (!(await isFree(hosts[name] ?? host, ports[name]))) taken.push(`${ports[name]} (${name})`)
  }
  if (taken.length === 0) return
  const one = taken.length === 1
  throw new CodedError(
    'port_in_use',
    `port${one ? '' : 's'} ${taken.join(', ')} ${one ? 'is' : 'are'} in use`,
    {
      hint: 'stop what listens there, or move every port with `npm start -- --port-offset 1000`',
    },
  )
}

/**
 * An offset at which every port is free, chosen at random below the range that systems take client ports from.
 * @param random a number in [0, 1)
 */
export async function freePortOffset(host: string, random: () => number = Math.random): Promise<number> {
  const firstClientPort = 32_768
  for (let attempt = 0; attempt < 100; attempt++) {
    const offset = 1_000 + Math.floor(random() * (firstClientPort - highest - 1_000))
    const ports = portsAt(offset)
    if (refusedPorts(ports).length > 0) continue
    const free = await Promise.all(portNames.map(name => isFree(host, ports[name])))
    if (free.every(Boolean)) return offset
  }
  throw new CodedError('no_free_ports', 'found no port offset at which every port is free')
}
