import { networkInterfaces } from 'node:os'
import { CodedError } from '../../../platform/errors.ts'
import { isLoopback } from '../../../platform/http/loopback.ts'

/** Where our two doors to the outside listen, beyond the address of everything else. */
export interface ListenHosts {
  readonly api: string
  readonly ingest: string
}

/**
 * What API_HOST and INGEST_HOST say, or the host that everything else listens on.
 * @throws CodedError `config_invalid` for an address that this machine does not have
 */
export function listenHosts(env: NodeJS.ProcessEnv, host: string): ListenHosts {
  return { api: own('API_HOST', env, host), ingest: own('INGEST_HOST', env, host) }
}

/** Whether others than this machine can come to it. */
export function isOpen(listen: string): boolean {
  return !isLoopback(listen)
}

function own(variable: 'API_HOST' | 'INGEST_HOST', env: NodeJS.ProcessEnv, host: string): string {
  const listen = env[variable] || host
  const addresses = Object.values(networkInterfaces()).flatMap(known => known?.map(({ address }) => address))
  if (isLoopback(listen) || listen === '0.0.0.0' || listen === '::' || addresses.includes(listen))
    return listen
  throw new CodedError('config_invalid', `${variable}=${listen} is no address of this machine`, {
    hint: `one of ${['0.0.0.0 (all of them)', ...new Set(addresses)].join(', ')}`,
  })
}
