import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

const script = join(import.meta.dirname, 'watchdog.sh')

/** A shell of a megabyte that ends our processes when this one is gone without having done so. */
export class Watchdog {
  private readonly process: ChildProcess

  constructor(onError: (reason: string) => void) {
    this.process = spawn('/bin/sh', [script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
    this.process.once('error', error => onError(error.message))
    this.process.stdin?.on('error', error => onError(error.message))
    this.process.unref()
    const input = this.process.stdin
    // The pipe alone must not keep the launcher running.
    if (input && 'unref' in input && typeof input.unref === 'function') input.unref()
  }

  add(pid: number): void {
    this.process.stdin?.write(`+ ${pid}\n`)
  }

  remove(pid: number): void {
    this.process.stdin?.write(`- ${pid}\n`)
  }

  close(): void {
    this.process.stdin?.end()
  }
}
