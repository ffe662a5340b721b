import { join } from 'node:path'
import type { PartSpec } from './part-spec.ts'
import { httpAnswers, httpNotReady } from './probes.ts'

export interface ScriptPart {
  readonly name: string
  /** Path from the root of the checkout. */
  readonly script: string
  readonly args?: readonly string[]
  readonly adminHost: string
  /** Where it serves `/readyz`. */
  readonly adminPort: number
  readonly env: Readonly<Record<string, string>>
  readonly stopGraceMs?: number
}

const root = join(import.meta.dirname, '../../..')

/** Compiled code, types already stripped, from the last time: two fifths of the processor time of a start. */
const compileCache = join(root, '.cache/node')

/** kafkajs arms timers with negative delays, which Node 24 mentions and otherwise treats as 1 ms. */
const nodeFlags = ['--disable-warning=TimeoutNegativeWarning']

/** One of our own processes: a script that Node runs, ready when its `/readyz` says so. */
export function scriptPart(options: ScriptPart): PartSpec {
  const { name, script, args = [], adminHost, adminPort, env } = options
  return {
    name,
    prepare: async () => ({
      command: process.execPath,
      args: [...nodeFlags, join(root, script), ...args],
      env: { NODE_COMPILE_CACHE: compileCache, ...env, ADMIN_PORT: String(adminPort) },
    }),
    notReady: () => httpNotReady(`http://${adminHost}:${adminPort}/readyz`),
    answers: signal => httpAnswers(`http://${adminHost}:${adminPort}/healthz`, signal),
    stopGraceMs: options.stopGraceMs ?? 20_000,
  }
}
