import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, inject, it } from 'vitest'
import { startIngest } from './ingest-process.ts'

const mebibyte = 1 << 20
const json = { 'content-type': 'application/json' }
const ndjson = { 'content-type': 'application/x-ndjson' }
const zeros = (bytes: number) =>
  Buffer.concat([Buffer.from('['), Buffer.alloc(bytes, '0,'), Buffer.from('0]')])
const repeated = (text: string, bytes: number) => Buffer.alloc(bytes, text)

/** The bombs of the issue and others, and what each is answered. */
function bombs(): readonly (readonly [string, Buffer, Record<string, string>, readonly number[]])[] {
  const items = zeros(32 * mebibyte - 2)
  const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }
  const packed = (encoding: string, body: Buffer) => ({
    body,
    headers: { ...json, 'content-encoding': encoding },
  })
  const packings = [
    packed('gzip', gzipSync(items, { level: 9 })),
    packed('deflate', deflateSync(items)),
    packed('br', brotliCompressSync(items, quick)),
    packed('zstd', zstdCompressSync(items)),
  ]
  const lines = { ...ndjson, 'content-encoding': 'gzip' }
  return [
    ...packings.map(({ body, headers }) => ['millions of items', body, headers, [413, 503]] as const),
    ['many items', zeros(7 * mebibyte), json, [413, 503]],
    ['deep nesting', repeated('[', 7 * mebibyte), json, [422, 503]],
    [
      'items nested deeply',
      Buffer.from(`[${`${'['.repeat(60_000)}${']'.repeat(60_000)},`.repeat(12)}0]`),
      json,
      [422, 503],
    ],
    ['a long string', Buffer.concat([Buffer.from('"'), repeated('x', 7 * mebibyte)]), json, [413, 503]],
    ['a long text', Buffer.concat([Buffer.from('["'), repeated('x', 7 * mebibyte)]), json, [422, 503]],
    ['empty lines', repeated('\n', 7 * mebibyte), ndjson, [202, 503]],
    ['empty lines, packed', gzipSync(repeated('\n', 32 * mebibyte)), lines, [413, 503]],
    ['lines', repeated('0\n', 7 * mebibyte), ndjson, [413, 503]],
    ['broken lines', repeated('{\n', 7 * mebibyte), ndjson, [413, 503]],
    ['large numbers', Buffer.from(`[${`[${'1e20,'.repeat(1_000)}0],`.repeat(600)}0]`), json, [422, 503]],
  ]
}

it('takes no more than 512 MiB and 200 ms at a time whatever comes, and answers others meanwhile', async () => {
  const probe = join(import.meta.dirname, 'loop-probe.ts')
  const ingest = await startIngest({
    KAFKA_BROKERS: inject('kafkaBrokers'),
    SCHEMA_REGISTRY_URL: inject('registryUrl'),
    PRODUCE_TIMEOUT_MS: '60000',
    NODE_OPTIONS: `--import=${probe}`,
  })
  const lot = { asset_id: 'bombs-lot', record: 'parking', kind: 'lot', county: '370102' }
  expect((await ingest.post('/v1/assets', [lot])).status).toBe(202)
  ingest.child.kill('SIGUSR2')

  let going = true
  const normal: number[] = []
  const others = (async () => {
    while (going) normal.push(await postFrom('127.0.0.2', ingest.url, lot.asset_id))
  })()

  const bomb = gzipSync(zeros(64 * mebibyte), { level: 9 })
  const packed = { ...json, 'content-encoding': 'gzip' }
  const at50 = Array.from({ length: 50 }, () => ingest.post('/v1/telemetry/rack', bomb, packed))
  for (const { status } of await Promise.all(at50)) expect([413, 503]).toContain(status)

  for (const [what, body, headers, statuses] of bombs()) {
    const answers = ['rack', 'rack'].map(record => ingest.post(`/v1/telemetry/${record}`, body, headers))
    const found = (await Promise.all([...answers, ingest.post('/v1/assets', body, headers)])).map(
      a => a.status,
    )
    expect(
      found.filter(status => !statuses.includes(status)),
      what,
    ).toEqual([])
  }

  // As many refused items as one request may have, and senders that do not wait for what becomes of them.
  const refused = zeros(2 * 49_000)
  const flood = Array.from({ length: 6 }, () => ingest.post('/v1/telemetry/rack', refused, json))
  const leavers = Array.from({ length: 10 }, async (_, i) => {
    const signal = AbortSignal.timeout(i * 20)
    const options = { method: 'POST', headers: json, body: new Blob([refused]), signal }
    return fetch(`${ingest.url}/v1/telemetry/rack`, options).then(
      answer => answer.status,
      () => 'left',
    )
  })
  const flooded = (await Promise.all(flood)).map(({ status }) => status)
  expect(flooded.filter(status => status !== 422 && status !== 503)).toEqual([])
  await Promise.all(leavers)
  await expect.poll(() => ingest.metric('citybrain_ingest_in_flight_bytes'), { timeout: 60_000 }).toBe(0)

  going = false
  await others
  const peak = Number(
    /VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${ingest.child.pid}/status`, 'utf8'))?.[1],
  )
  expect(await ingest.stop()).toBe(0)
  const longest = Number(/longest work without a pause: ([\d.]+) ms/.exec(ingest.log())?.[1])
  process.stdout.write(
    `peak ${Math.round(peak / 1024)} MiB, longest ${longest} ms, ${normal.length} others\n`,
  )
  expect(normal.filter(status => status !== 202)).toEqual([])
  expect(normal.length).toBeGreaterThan(0)
  expect(peak / 1024).toBeLessThan(512)
  expect(longest).toBeLessThan(200)
})

/** Posts a reading from another address of this machine. */
function postFrom(localAddress: string, url: string, asset_id: string): Promise<number> {
  const body = JSON.stringify({ asset_id, event_time: Date.now(), status: 'open', capacity: 10, occupied: 3 })
  const headers = { ...json, 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', localAddress, agent: false, headers }
    request(`${url}/v1/telemetry/parking`, options, answer => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
      .on('error', reject)
      .end(body)
  })
}
