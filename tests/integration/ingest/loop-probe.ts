import { writeSync } from 'node:fs'

/**
 * Preloaded into a process: measures the longest time that its event loop worked without a pause, in CPU time of its
 * thread, so that a machine which is busy with something else does not count. From SIGUSR2 on; told at the end.
 */
const lookMs = 5
let before = cpuMs()
let longest = 0

process.on('SIGUSR2', () => {
  before = cpuMs()
  longest = 0
})
setInterval(() => {
  const now = cpuMs()
  longest = Math.max(longest, now - before)
  before = now
}, lookMs).unref()
process.on('exit', () => writeSync(1, `longest work without a pause: ${longest} ms\n`))

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
