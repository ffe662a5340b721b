import { expect, test } from 'vitest'
import { Child, describeExit } from '../../../deploy/local/supervise/child.ts'

const script = (text: string) => ({ command: process.execPath, args: ['-e', text], env: {} })

async function started(text: string): Promise<Child> {
  return new Promise(resolve => {
    const child: Child = new Child(script(text), process.env, (_stream, line) => {
      if (line === 'up') resolve(child)
    })
  })
}

test('a process that hears SIGTERM stops in its grace', async () => {
  const child = await started(
    "process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1e6); console.log('up')",
  )
  const { exit, killed } = await child.stop(20_000)
  expect(killed).toBe(false)
  expect(describeExit(exit)).toBe('exit code 7')
})

test('a process that does not is killed when its grace is over, and its own children with it', async () => {
  let grandchild = 0
  const text =
    "process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6);" +
    "const c = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);" +
    'console.log(c.pid)'
  const child = await new Promise<Child>(resolve => {
    const parent: Child = new Child(script(text), process.env, (_stream, line) => {
      grandchild = Number(line)
      resolve(parent)
    })
  })
  const { exit, killed } = await child.stop(200)
  expect(killed).toBe(true)
  expect(describeExit(exit)).toBe('signal SIGKILL')
  await expect.poll(() => isAlive(grandchild)).toBe(false)
})

test('a command that is not there ends at once and says so', async () => {
  const lines: string[] = []
  const child = new Child({ command: '/no/such/command', args: [], env: {} }, process.env, (_stream, line) =>
    lines.push(line),
  )
  expect(describeExit(await child.exited)).toBe('never started')
  expect(lines[0]).toContain('cannot run /no/such/command')
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
