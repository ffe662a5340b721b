import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { registryRoutes } from '../../../../deploy/local/registry/routes.ts'
import { StoreFile } from '../../../../deploy/local/registry/store-file.ts'
import { HttpServers } from '../../../../platform/http/http-servers.ts'
import { Metrics } from '../../../../platform/metrics.ts'

const schema = JSON.stringify({ type: 'record', name: 'R', fields: [{ name: 'x', type: 'int' }] })
const wider = JSON.stringify({
  type: 'record',
  name: 'R',
  fields: [
    { name: 'x', type: 'int' },
    { name: 'y', type: 'int', default: 0 },
  ],
})
const broken = wider.replace(',"default":0', '')

let folder: string
let path: string
let app: FastifyInstance

async function open(): Promise<void> {
  const file = new StoreFile(path)
  await file.load()
  app = registryRoutes(file, new HttpServers([], new Metrics('registry')), '127.0.0.1')
}

async function call(method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) {
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
  const request = payload ? { method, url, headers, payload: JSON.stringify(payload) } : { method, url }
  const response = await app.inject(request)
  expect(response.headers['content-type']).toBe('application/vnd.schemaregistry.v1+json')
  return [response.statusCode, response.json()]
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'registry-'))
  path = join(folder, 'data', 'schemas.json')
  await open()
})

afterEach(async () => {
  await app.close()
  await rm(folder, { recursive: true, force: true })
})

test('registering, reading back by id, version and latest', async () => {
  expect(await call('POST', '/subjects/rack-value/versions', { schema })).toEqual([200, { id: 1 }])
  expect(await call('POST', '/subjects/rack-value/versions', { schema })).toEqual([200, { id: 1 }])
  expect(await call('POST', '/subjects/rack-value/versions', { schema: wider, schemaType: 'AVRO' })).toEqual([
    200,
    { id: 2 },
  ])
  const second = { subject: 'rack-value', version: 2, id: 2, schema: wider }
  expect(await call('GET', '/subjects')).toEqual([200, ['rack-value']])
  expect(await call('GET', '/subjects/rack-value/versions')).toEqual([200, [1, 2]])
  expect(await call('GET', '/subjects/rack-value/versions/2')).toEqual([200, second])
  expect(await call('GET', '/subjects/rack-value/versions/latest')).toEqual([200, second])
  expect(await call('GET', '/subjects/rack-value/versions/latest/schema')).toEqual([200, JSON.parse(wider)])
  expect(await call('POST', '/subjects/rack-value', { schema: wider })).toEqual([200, second])
  expect(await call('GET', '/schemas/ids/1')).toEqual([200, { schema }])
  expect(await call('GET', '/schemas/ids/1/schema')).toEqual([200, JSON.parse(schema)])
  expect(await call('GET', '/schemas/ids/2/subjects')).toEqual([200, ['rack-value']])
  expect(await call('GET', '/schemas/ids/2/versions')).toEqual([200, [{ subject: 'rack-value', version: 2 }]])
  expect(await call('GET', '/schemas/types')).toEqual([200, ['AVRO']])
  expect(await call('GET', '/')).toEqual([200, {}])
})

test('a subject may hold a slash', async () => {
  expect((await call('POST', '/subjects/a%2Fb/versions', { schema }))[0]).toBe(200)
  expect(await call('GET', '/subjects')).toEqual([200, ['a/b']])
})

test('errors have the codes clients look at', async () => {
  await call('POST', '/subjects/s/versions', { schema })
  const code = async (...request: Parameters<typeof call>) => {
    const [status, body] = await call(...request)
    expect(typeof body.message).toBe('string')
    return [status, body.error_code]
  }
  expect(await code('GET', '/subjects/none/versions')).toEqual([404, 40401])
  expect(await code('GET', '/subjects/none/versions/1')).toEqual([404, 40401])
  expect(await code('POST', '/subjects/none', { schema })).toEqual([404, 40401])
  expect(await code('GET', '/subjects/s/versions/9')).toEqual([404, 40402])
  expect(await code('GET', '/subjects/s/versions/newest')).toEqual([422, 42202])
  expect(await code('POST', '/subjects/s', { schema: '"string"' })).toEqual([404, 40403])
  expect(await code('GET', '/schemas/ids/9')).toEqual([404, 40403])
  expect(await code('GET', '/schemas/ids/x')).toEqual([404, 40403])
  expect(await code('POST', '/subjects/s/versions', { schema: '{' })).toEqual([422, 42201])
  expect(await code('POST', '/subjects/s/versions', { schema, schemaType: 'JSON' })).toEqual([422, 42201])
  expect(await code('POST', '/subjects/s/versions', {})).toEqual([422, 422])
  expect(await code('POST', '/subjects/s/versions', { schema: broken })).toEqual([409, 409])
  expect(await code('PUT', '/config', { compatibility: 'SIDEWAYS' })).toEqual([422, 42203])
  expect(await code('GET', '/config/s')).toEqual([404, 40408])
  expect(await code('GET', '/nowhere')).toEqual([404, 404])
})

test('compatibility can be asked for without registering, and its level can be set', async () => {
  await call('POST', '/subjects/s/versions', { schema })
  const ask = (text: string) => call('POST', '/compatibility/subjects/s/versions/latest', { schema: text })
  expect(await ask(wider)).toEqual([200, { is_compatible: true }])
  const [, refused] = await ask(broken)
  expect(refused).toMatchObject({ is_compatible: false, messages: [expect.stringContaining('R.y')] })

  expect(await call('GET', '/config')).toEqual([200, { compatibilityLevel: 'BACKWARD' }])
  expect(await call('PUT', '/config/s', { compatibility: 'none' })).toEqual([200, { compatibility: 'NONE' }])
  expect(await ask(broken)).toEqual([200, { is_compatible: true }])
  expect(await call('GET', '/config/s')).toEqual([200, { compatibilityLevel: 'NONE' }])
  expect(await call('GET', '/config/t?defaultToGlobal=true')).toEqual([
    200,
    { compatibilityLevel: 'BACKWARD' },
  ])
  expect(await call('GET', '/subjects/s/versions')).toEqual([200, [1]])
})

test('what was acknowledged is on disk, also when many register at once', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `s${index}`)
  const own = (name: string) => schema.replace('"R"', `"${name}"`)
  const ids = await Promise.all(
    names.map(async name => (await call('POST', `/subjects/${name}/versions`, { schema: own(name) }))[1].id),
  )
  expect(new Set(ids).size).toBe(names.length)
  await app.close()
  await open()
  for (const [index, name] of names.entries()) {
    expect((await call('GET', `/schemas/ids/${ids[index]}`))[1]).toEqual({ schema: own(name) })
  }
})

test('what cannot be written is not acknowledged and not remembered', async () => {
  await rm(join(folder, 'data'), { recursive: true })
  expect((await call('POST', '/subjects/s/versions', { schema }))[1]).toMatchObject({ error_code: 50001 })
  expect(await call('GET', '/subjects')).toEqual([200, []])
})

test('a broken state file is named and left as it is', async () => {
  await call('POST', '/subjects/s/versions', { schema })
  await writeFile(path, '{"schemas": 1}')
  await expect(open()).rejects.toMatchObject({ code: 'registry_state_broken' })
  expect(await readFile(path, 'utf8')).toBe('{"schemas": 1}')
})
