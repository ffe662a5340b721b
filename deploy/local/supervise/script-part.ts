import { join } from 'node:path'
import { Type } from 'typebox'
import { setting } from '../../../platform/config.ts'
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
  /** Most of the heap of old objects, MiB: where a machine has memory, V8 lets garbage lie for long. */
  readonly heapMib: number
  readonly stopGraceMs?: number
}

export const heapSettings = {
  heapMib: setting({
    env: 'HEAP_MIB',
    type: Type.Integer({ minimum: 64 }),
    fallback: 512,
    describe: 'most of the JavaScript heap of each of our processes that `npm start` runs, MiB',
  }),
}

const root = join(import.meta.dirname, '../../..')

/** Compiled code, types already stripped, from the last time: two fifths of the processor time of a start. */
const compileCache = join(root, '.cache/node')

/** kafkajs arms timers with negative delays, which Node 24 mentions and otherwise treats as 1 ms. */
const nodeFlags = ['--disable-warning=TimeoutNegativeWarning']

/** V8 would give a bounded heap four times the room for new objects that it gives by default, which is this, in MiB. */
const youngMib = 16

function heapFlags(oldMib: number): readonly string[] {
  return [`--max-old-space-size=${oldMib}`, `--max-semi-space-size=${youngMib}`]
}

/** One of our own processes: a script that Node runs, ready when its `/readyz` says so. */
export function scriptPart(options: ScriptPart): PartSpec {
  const { name, script, args = [], adminHost, adminPort, env, heapMib } = options
  return {
    name,
    prepare: async () => ({
      command: process.execPath,
      args: [...nodeFlags, ...heapFlags(heapMib), join(root, script), ...args],
      env: { NODE_COMPILE_CACHE: compileCache, ...env, ADMIN_PORT: String(adminPort) },
    }),
    notReady: () => httpNotReady(`http://${adminHost}:${adminPort}/readyz`),
    answers: signal => httpAnswers(`http://${adminHost}:${adminPort}/healthz`, signal),
    stopGraceMs: options.stopGraceMs ?? 20_000,
  }
}
