/** One of our processes, of which several instances run. */
export interface ProcessKind {
  readonly name: string
  readonly script: string
  readonly args?: readonly string[]
  /** The variable of the port that it serves besides its admin port. */
  readonly portVariable?: string
}

/** Every process under test: adding one is adding its name. */
export const processKinds: readonly ProcessKind[] = [
  { name: 'ingest', script: 'ingest/main.ts', portVariable: 'INGEST_PORT' },
  ...['aggregate', 'rollup', 'correct', 'archive', 'census', 'alerting'].map(processor),
]

function processor(name: string): ProcessKind {
  return { name, script: 'processors/main.ts', args: [name] }
}

/** Instances of each kind that run from the start. */
export const instancesOfEach = 2
export const brokerCount = 3

/** Who takes part, by name, as far as faults have to know. */
export interface Cast {
  readonly brokers: readonly string[]
  /** Instances that run from the start, by kind of process. */
  readonly instances: ReadonlyMap<string, readonly string[]>
  /** One more instance of each kind, which joins now and then. */
  readonly reserves: readonly string[]
  readonly clickhouse: string
  readonly registry: string
  /** Stores whose data is on a small disk of its own; none where no disk can be mounted. */
  readonly onSmallDisks: readonly string[]
  /** Gateways of the load, by number. */
  readonly gateways: number
}

/** Every broker is like the others: one with a small disk will do. */
export const smallDiskMembers = [`kafka-${brokerCount}`, 'clickhouse'] as const

export function castOf(gateways: number, onSmallDisks: readonly string[] = smallDiskMembers): Cast {
  const numbers = Array.from({ length: instancesOfEach }, (_, i) => i + 1)
  return {
    brokers: Array.from({ length: brokerCount }, (_, i) => `kafka-${i + 1}`),
    instances: new Map(processKinds.map(({ name }) => [name, numbers.map(number => `${name}-${number}`)])),
    reserves: processKinds.map(({ name }) => `${name}-${instancesOfEach + 1}`),
    clickhouse: 'clickhouse',
    registry: 'registry',
    onSmallDisks,
    gateways,
  }
}
