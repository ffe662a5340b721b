import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { kpis } from '../../schemas/kpis/kpis.ts'
import { regions } from '../../schemas/regions/regions.ts'
import { app } from './app.ts'
import { emptyTable, window } from './cells/windows.ts'

interface OpenApi {
  readonly openapi: string
  readonly security: readonly object[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

interface Content {
  readonly schema: object
}

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly parameters?: readonly {
    readonly in: string
    readonly name: string
    readonly required?: boolean
    readonly description?: string
    readonly schema: { readonly default?: unknown }
    readonly example?: unknown
  }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> }
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, Content>> }>
  >
}

const served: string[] = []
const api = await app({
  onRoute: ({ method, url, schema }) => {
    if (!schema?.hide) served.push(...[method].flat().map(each => `${each} ${url}`))
  },
})
await api.ready()
const { openapi, paths, security } = (await api.inject('/docs/json')).json<OpenApi>()
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
)

test('every route is in OpenAPI', () => {
  expect(openapi).toMatch(/^3\.1/)
  const documented = operations.map(
    ({ path, method }) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
  )
  // HEAD goes without saying; what is outside of /v1 is not told to this test.
  const routes = [...served.filter(route => !route.startsWith('HEAD')), 'GET /asyncapi.json']
  expect(routes.length).toBeGreaterThan(9)
  expect(documented.sort()).toEqual(routes.sort())
  const ids = operations.map(({ operationId }) => operationId)
  expect(new Set(ids).size).toBe(ids.length)
})

test.each(operations)('$method $path is explained: parameters, good answers, errors', operation => {
  const { path, operationId, summary, description, parameters = [], responses } = operation
  expect(operationId).toMatch(/^[a-z][a-zA-Z]+$/)
  expect(summary).toBeTruthy()
  expect(description).toBeTruthy()
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  expect(parameters.filter(parameter => parameter.in === 'path').map(({ name }) => name)).toEqual(inPath)
  for (const { name, required, schema, ...parameter } of parameters) {
    expect(parameter.description, name).toBeTruthy()
    if ('default' in schema) expect(required, `${name} may be left out`).toBe(false)
  }
  for (const [status, answer] of Object.entries(responses)) {
    expect(answer.description, status).toBeTruthy()
    expect(answer.description, status).not.toBe('Default Response')
    if (Number(status) >= 400) expect(answer.content).toHaveProperty('application/problem+json')
  }
  if (!path.startsWith('/v1')) return
  // What any of them may answer: not valid, not signed in, another wall, too often, and our own faults.
  for (const status of ['400', '401', '403', '429', '500']) expect(responses).toHaveProperty(status)
})

test('every schema is one, and every example is valid by it', () => {
  const ajv = new Ajv2020({ strict: false })
  ajv.addFormat('date-time', true)
  for (const { parameters = [], requestBody, responses } of operations) {
    for (const { schema, example } of parameters) {
      const valid = ajv.compile(schema)
      if (example !== undefined) expect(valid(example), JSON.stringify(example)).toBe(true)
      if (schema.default !== undefined) expect(valid(schema.default), JSON.stringify(schema)).toBe(true)
    }
    for (const { content } of [requestBody, ...Object.values(responses)].filter(body => body !== undefined)) {
      for (const { schema } of Object.values(content ?? {})) ajv.compile(schema)
    }
  }
})

test('it says whether somebody without a token sees anything', async () => {
  expect(security).toEqual([{ bearer: [] }, {}])
  const closed = await app({ anonymous: 'off' })
  await closed.ready()
  expect((await closed.inject('/docs/json')).json<OpenApi>().security).toEqual([{ bearer: [] }])
})

test('the documentation page is served', async () => {
  const page = await (await app()).inject('/docs/')
  expect(page.statusCode).toBe(200)
  expect(page.headers['content-type']).toContain('text/html')
})

test('the catalogue lists every KPI with its formula and every region with its names', async () => {
  const api = await app()
  const catalogue = (await api.inject('/v1/kpis')).json()
  expect(catalogue.kpis).toHaveLength(kpis.length)
  expect(catalogue.kpis.find((kpi: { id: string }) => kpi.id === 'datacenter.pue')).toEqual({
    id: 'datacenter.pue',
    feed: 'datacenter',
    record: 'facility',
    unit: '1',
    zh: 'PUE（期间值）',
    en: 'PUE (interim)',
    good: 'down',
    target: { value: 1.25, source: 'Provincial plan: PUE below 1.25' },
    decimals: 3,
    min_coverage: 0.8,
    formula: 'total_energy_kwh / it_energy_kwh',
    source: expect.stringContaining('ISO/IEC 30134-2'),
    assumed: false,
  })
  const list = (await api.inject('/v1/regions')).json()
  expect(list.regions).toHaveLength(regions.length)
  expect(list.regions.find((region: { code: string }) => region.code === '370100')).toMatchObject({
    level: 'city',
    parent: 'circle-shenghui',
    zh: '济南市',
    en: 'Jinan',
    centre: [117.000923, 36.675807],
  })
})

test('what does not change is not sent twice', async () => {
  const api = await app()
  const { etag } = (await api.inject('/v1/kpis')).headers
  const again = await api.inject({ url: '/v1/kpis', headers: { 'if-none-match': `"other", ${etag}` } })
  expect(again).toMatchObject({ statusCode: 304, body: '' })
  expect((await api.inject({ url: '/v1/kpis', headers: { 'if-none-match': '"x"' } })).statusCode).toBe(200)
})

test('latest answers with the cells of the stream', async () => {
  const table = emptyTable()
  table.put(window({ value: 40 }))
  table.put(window({ region: '370102', value: 41 }))
  table.advanceTo(7)
  const api = await app({ table })
  const answer = await api.inject('/v1/kpis/latest?region=370100&depth=children&kpi=parking.occupancy_pct')
  expect(answer.json()).toMatchObject({
    position: 7,
    cells: [
      { kpi: 'parking.occupancy_pct', region: '370100', value: 40 },
      { kpi: 'parking.occupancy_pct', region: '370102', value: 41 },
    ],
  })
  const several = await api.inject(
    '/v1/kpis/latest?region=370100&region=370102&kpi=parking.occupancy_pct&kpi=parking.free_spaces',
  )
  expect(several.json().cells).toHaveLength(4)
})

test('without ClickHouse the health of the data says what is missing', async () => {
  const health = (await (await app()).inject('/v1/health/data')).json()
  expect(health).toMatchObject({ history: 'missing', stored: 'unavailable', over_ms: 3_600_000 })
  expect(health).toMatchObject({ disk: 'unknown', disk_free_bytes: null })
  expect(health.records).toHaveLength(7)
  expect(health.records[0]).toMatchObject({ record: 'radio_pm', feed: 'radio', duplicates: null, late: null })
})

test('the health of the data says that the stores have no room', async () => {
  const full = app({ disk: async () => ({ state: 'full', freeBytes: 4096 }) })
  expect((await (await full).inject('/v1/health/data')).json()).toMatchObject({
    disk: 'full',
    disk_free_bytes: 4096,
  })
})
