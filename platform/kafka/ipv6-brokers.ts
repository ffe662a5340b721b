import { createRequire } from 'node:module'
import type { ConnectionPoolBuilder, MakeConnectionPoolBuilder } from './kafkajs-internals.ts'

const require = createRequire(import.meta.url)
const path = 'kafkajs/src/cluster/connectionPoolBuilder.js'

/** What KAFKA_BROKERS takes for one broker: a name, an IPv4 address or an IPv6 address in brackets, and a port. */
export const brokerPattern = String.raw`^([^:\[\]\s]+|\[[0-9A-Fa-f:.]+(%[^\]\s]+)?\]):[0-9]+$`

/** Of an address as KAFKA_BROKERS takes it. */
export function hostAndPort(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':')
  return {
    host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'),
    port: Number(address.slice(colon + 1)),
  }
}

/**
 * Makes kafkajs 2.2.4 take brokers with an IPv6 address: it takes everything before the first colon for the host. Must be
 * called before kafkajs is loaded.
 */
export function takeIpv6Brokers(): void {
  const original: MakeConnectionPoolBuilder = require(path)
  const loaded = require.cache[require.resolve(path)]
  if (loaded) loaded.exports = withIpv6(original)
}

/** Of the brokers that are given, one after the other is tried; those that the cluster names come with host and port. */
export function withIpv6(original: MakeConnectionPoolBuilder): MakeConnectionPoolBuilder {
  return options => {
    const { build } = original(options)
    const { brokers } = options
    if (!Array.isArray(brokers) || brokers.length === 0) return { build }
    let next = 0
    const builder: ConnectionPoolBuilder = {
      build: async where => build(where?.host ? where : hostAndPort(brokers[next++ % brokers.length])),
    }
    return builder
  }
}
