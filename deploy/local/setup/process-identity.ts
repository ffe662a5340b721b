import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/**
 * Tells one process from a later one with the same id: when it started. Null when there is no such process.
 * Linux: field 22 of /proc/PID/stat, clock ticks since boot, see proc(5); elsewhere what ps says.
 */
export function processIdentity(pid: number): string | null {
  return existsSync('/proc/self/stat') ? fromProc(pid) : fromPs(pid)
}

function fromProc(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the command in brackets and may hold anything; fields are counted from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state] = fields
    const startTime = fields[19]
    return state === 'Z' || startTime === undefined ? null : `${boot} ${startTime}`
  } catch (error) {
    if (isGone(error)) return null
    throw error
  }
}

function fromPs(pid: number): string | null {
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    return started === '' ? null : started
  } catch (error) {
    // ps exits with 1 when it finds nothing.
    if (error instanceof Error && 'status' in error && error.status === 1) return null
    throw error
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')
}
