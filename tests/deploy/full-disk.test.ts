import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Spool } from '../../deploy/local/clickhouse/engine/spool.ts'
import { Console } from '../../deploy/local/console/console.ts'
import { registryRoutes } from '../../deploy/local/registry/routes.ts'
import { StoreFile } from '../../deploy/local/registry/store-file.ts'
import { Instance } from '../../deploy/local/setup/instance.ts'
import { ClockFile, readClockState } from '../../deploy/local/setup/local-clock.ts'
import { StateFile } from '../../deploy/local/setup/state-file.ts'
import { DiskWatch } from '../../deploy/local/supervise/disk-watch.ts'
import { PartRunner } from '../../deploy/local/supervise/part-runner.ts'
import { defaultPatience } from '../../deploy/local/supervise/patience.ts'
import { wallClock } from '../../platform/clock.ts'
import { FileLines } from '../../platform/file-lines.ts'
import { HttpServers } from '../../platform/http/http-servers.ts'
import { Metrics } from '../../platform/metrics.ts'
import { noSmallDisk, SmallDisk } from '../small-disk.ts'

/** Each thing of ours that writes to a disk, on one that is really full. */
const why = noSmallDisk()
if (why !== null) process.stderr.write(`left out: ${import.meta.filename}: ${why}\n`)

const patience = { timeout: 30_000 }

let folder: string
let disk: SmallDisk
const file = (name: string): string => join(disk.folder, name)
const text = (name: string): string => readFileSync(file(name), 'utf8')

beforeEach(() => {
  if (why !== null) return
  folder = mkdtempSync(join(tmpdir(), 'citybrain-disk-'))
  disk = SmallDisk.mount(join(folder, 'disk'), 2)
})
afterEach(() => {
  disk?.unmount()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(why !== null)('on a full disk', () => {
  test('a state file keeps its old text, says so once, and is written when there is room', async () => {
    const lines: string[] = []
    const tell = (level: string, line: string) => void lines.push(`${level} ${line}`)
    const state = new StateFile({ path: file('state'), tell, retryEveryMs: 10 })
    state.put('old')
    disk.fill()
    state.put('new')
    state.put('newest')
    expect(text('state')).toBe('old')
    expect(lines).toEqual([`warn cannot write ${file('state')} and goes on trying`])
    disk.relieve()
    await expect.poll(() => text('state'), patience).toBe('newest')
    expect(lines.slice(1)).toEqual([`info ${file('state')} is written again`])
    state.close()
  })

  test("the launcher's clock and its list of processes are such files", () => {
    const told: string[] = []
    const tell = (_: string, line: string) => void told.push(line)
    const clock = new ClockFile(
      { path: file('clock.json'), tell },
      { epochMs: 0, speed: 60 },
      { now: () => 5 },
    )
    const instance = Instance.claim(disk.folder, tell)
    clock.start()
    instance.note({ first: process.pid })
    const before = [text('clock.json'), text('instance.json')]
    disk.fill()
    instance.note({})
    clock.stop()
    expect([text('clock.json'), text('instance.json')]).toEqual(before)
    expect(readClockState(file('clock.json'))).toMatchObject({ speed: 60 })
    expect(told).toHaveLength(2)
    disk.relieve()
    instance.note({})
    expect(JSON.parse(text('instance.json'))).toEqual({ pid: process.pid, processes: {} })
    instance.release()
  })

  test('a data directory can be claimed', () => {
    disk.fill()
    Instance.claim(disk.folder).release()
  })

  test('the registry refuses with words, knows what its file knows, and goes on', async () => {
    const schema = (name: string) => ({
      schema: JSON.stringify({ type: 'record', name, fields: [{ name: 'x', type: 'int' }] }),
    })
    const store = new StoreFile(file('registry/schemas.json'))
    await store.load()
    const app = registryRoutes(store, new HttpServers([], new Metrics('registry')), '127.0.0.1')
    const register = async (name: string) => {
      const url = `/subjects/${name}/versions`
      const { statusCode, body } = await app.inject({ method: 'POST', url, payload: schema(name) })
      return [statusCode, JSON.parse(body)]
    }
    expect(await register('a')).toEqual([200, { id: 1 }])
    disk.fill()
    const message = `Insufficient storage: there is no room on the disk of ${store.path}; try again later`
    expect(await register('b')).toEqual([507, { error_code: 50701, message }])
    expect(await register('a')).toEqual([200, { id: 1 }])
    expect((await app.inject('/subjects')).json()).toEqual(['a'])
    expect(Object.keys(JSON.parse(text('registry/schemas.json')).subjects)).toEqual(['a'])
    disk.relieve()
    expect(await register('b')).toEqual([200, { id: 2 }])
    const again = new StoreFile(store.path)
    await again.load()
    expect(again.current).toEqual(store.current)
    await app.close()
  })

  test('the spool of ClickHouse answers 243 and leaves nothing behind', async () => {
    const spool = new Spool(disk.folder, 1_000_000)
    await spool.start()
    disk.fill()
    const data = async function* () {
      yield Buffer.alloc(100_000)
    }
    await expect(spool.write(data())).rejects.toMatchObject({ code: 243, codeName: 'NOT_ENOUGH_SPACE' })
    expect(disk.freeBytes()).toBe(0)
    disk.relieve()
    await using written = await spool.write(data())
    expect(written.bytes).toBe(100_000)
  })

  test('lines to a file are lost, counted and spoken of; lines before and after are whole', () => {
    const fd = openSync(file('log'), 'a')
    const log = new FileLines(fd, lines => `${lines} lost`)
    log.write('before\n')
    disk.fill()
    log.write(`${'x'.repeat(5_000)}\n`)
    log.write(`${'x'.repeat(5_000)}\n`)
    disk.relieve()
    log.write('after\n')
    closeSync(fd)
    const [first, ...rest] = text('log').split('\n')
    expect(first).toBe('before')
    expect(rest.slice(-3)).toEqual(['2 lost', 'after', ''])
  })

  test('a process whose stdout is there lives on', () => {
    disk.fill()
    const fd = openSync(file('log'), 'a')
    const script = `
      const { createLog } = await import('./platform/log.ts')
      const log = createLog('test')
      for (let i = 0; i < 3; i++) log.info({ text: 'x'.repeat(5_000) }, 'line')
      process.stderr.write('alive')`
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', fd, 'pipe'],
      encoding: 'utf8',
    })
    closeSync(fd)
    expect(stderr).toBe('alive')
  })

  test('a part that ends then is started again once there is room, and not before', async () => {
    const lines: string[] = []
    const console = new Console({ screen: { write: line => lines.push(line) }, level: 'info' })
    const limits = { diskLowMib: 1, diskFullMib: 1 }
    const watch = new DiskWatch({ folder: disk.folder, limits, console, everyMs: 10 })
    let starts = 0
    const runner = new PartRunner(
      {
        name: 'part',
        prepare: async () => ({ command: 'sleep', args: ['1000'], env: {} }),
        notReady: async () => null,
        answers: async () => true,
        stopGraceMs: 5_000,
      },
      {
        console,
        env: process.env,
        clock: wallClock,
        patience: defaultPatience,
        started: () => {
          starts += 1
        },
        ended: () => undefined,
        untilRoom: (part, signal) => watch.untilRoom(part, signal),
      },
    )
    disk.fill()
    const started = runner.start()
    await expect.poll(() => lines.join(''), patience).toContain('waits for room on the disk before it starts')
    expect(starts).toBe(0)
    disk.relieve()
    await started
    disk.fill()
    process.kill(runner.pid ?? 0, 'SIGKILL')
    await expect
      .poll(() => lines.join(''), patience)
      .toMatch(/crashed[\s\S]*waits for room on the disk before it starts/)
    expect(starts).toBe(1)
    disk.relieve()
    await expect.poll(() => starts, patience).toBe(2)
    await runner.stop()
  })

  test('the launcher says when it begins and when it ends, and lets nothing start in between', async () => {
    const lines: string[] = []
    const console = new Console({
      screen: { write: line => lines.push(line) },
      level: 'info',
      clock: wallClock,
    })
    const watch = new DiskWatch({
      folder: disk.folder,
      limits: { diskLowMib: 1, diskFullMib: 1 },
      console,
      everyMs: 10,
    })
    const { signal } = new AbortController()
    await watch.start()
    await watch.untilRoom('kafka', signal)
    expect(lines).toEqual([])
    disk.fill()
    const waiting = watch.untilRoom('kafka', signal)
    let waits = true
    void waiting.then(() => {
      waits = false
    })
    await expect.poll(() => lines.length, patience).toBe(2)
    expect(lines[0]).toMatch(/ERROR disk {8}disk full: .*goes on by itself freeMib=0/)
    expect(lines[1]).toMatch(/WARN {2}kafka {7}waits for room on the disk before it starts/)
    expect(waits).toBe(true)
    disk.relieve()
    await waiting
    watch.stop()
    expect(lines).toHaveLength(3)
    expect(lines[2]).toMatch(/INFO {2}disk {8}room again/)
  })
})
