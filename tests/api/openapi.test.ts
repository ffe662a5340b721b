import { expect, test } from 'vitest'
import { kpis } from '../../schemas/kpis/kpis.ts'
import { regions } from '../../schemas/regions/regions.ts'
import { app } from './app.ts'
import { emptyTable, window } from './cells/windows.ts'

interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly parameters?: readonly { readonly name: string; readonly description?: string }[]
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: object }>>
}

test('every route is in OpenAPI, with its parameters and errors explained', async () => {
  const served: string[] = []
  const api = await app({
    onRoute: ({ method, url, schema }) => {
      if (!schema?.hide) served.push(...[method].flat().map(each => `${each} ${url}`))
    },
  })
  await api.ready()
  const { openapi, paths } = (await api.inject('/docs/json')).json<OpenApi>()
  expect(openapi).toMatch(/^3\.1/)
  const documented = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map(method => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  )
  const routes = served.filter(route => !route.startsWith('HEAD'))
  expect(routes.length).toBeGreaterThan(5)
  expect(documented.sort()).toEqual(routes.sort())
  for (const operation of Object.values(paths).flatMap(path => Object.values(path))) {
    expect(operation.summary).toBeTruthy()
    expect(operation.responses['401']?.content).toHaveProperty('application/problem+json')
    for (const parameter of operation.parameters ?? [])
      expect(parameter.description, parameter.name).toBeTruthy()
  }
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
  expect(health.records).toHaveLength(7)
  expect(health.records[0]).toMatchObject({ record: 'radio_pm', feed: 'radio', duplicates: null, late: null })
})
