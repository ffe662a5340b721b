import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { app } from '../app.ts'

/** A ClickHouse that never answers: what is asked of it goes on until somebody gives it up. */
const clickhouse = createServer()
let api: Awaited<ReturnType<typeof app>>
let port: number

beforeAll(async () => {
  await once(clickhouse.listen(0, '127.0.0.1'), 'listening')
  const clickhouseUrl = `http://127.0.0.1:${(clickhouse.address() as AddressInfo).port}`
  api = await app({ stored: { clickhouseUrl, database: 'citybrain' }, historyTimeoutMs: 300_000 })
  await api.listen({ host: '127.0.0.1', port: 0 })
  port = (api.server.address() as AddressInfo).port
})
afterAll(async () => {
  await api.close()
  clickhouse.closeAllConnections()
  clickhouse.close()
})

const window = 'region=370100&window_start=0'
test.each([
  '/v1/kpis/parking.occupancy_pct/series?region=370100',
  `/v1/kpis/parking.occupancy_pct/revisions?${window}`,
  `/v1/kpis/parking.occupancy_pct/lineage?${window}`,
  '/v1/kpis/at?time=0',
  '/v1/kpis/corrections',
  '/v1/alerts/at?time=0',
  '/v1/alerts/none',
  '/v1/handover',
  '/v1/alarms',
  '/v1/assets/silent',
  '/v1/export?kpi=*',
])('what %s asks is given up when the client leaves', async path => {
  const asked = once(clickhouse, 'request')
  const client = connect(port, '127.0.0.1')
  client.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
  const [query] = await asked
  const gone = once(query.socket, 'close')
  client.destroy()
  await gone
  expect(query.socket.destroyed).toBe(true)
})
