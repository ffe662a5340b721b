import { join } from 'node:path'
import { Type } from 'typebox'
import { setting } from '../../../platform/config.ts'
import { runPart } from '../../../platform/part.ts'
import { registryRoutes } from './routes.ts'
import { StoreFile } from './store-file.ts'

const settings = {
  host: setting({
    env: 'REGISTRY_HOST',
    type: Type.String(),
    fallback: '127.0.0.1',
    describe: 'where the registry listens',
  }),
  port: setting({
    env: 'REGISTRY_PORT',
    type: Type.Integer({ minimum: 0, maximum: 65535 }),
    fallback: 8081,
    describe: 'port of the registry',
  }),
  dataDir: setting({
    env: 'REGISTRY_DATA_DIR',
    type: Type.String(),
    fallback: '.data/registry',
    describe: 'folder of schemas.json',
  }),
}

await runPart({
  name: 'registry',
  settings,
  build: ({ config, log, metrics, servers }) => {
    const file = new StoreFile(join(config.dataDir, 'schemas.json'))
    const app = registryRoutes(file, servers, config.host)
    const requests = metrics.counter('requests', 'requests answered, by status', ['status'])
    app.addHook('onResponse', async (request, reply) => {
      requests.inc({ status: String(reply.statusCode) })
      const level = reply.statusCode >= 500 ? 'error' : 'debug'
      log[level]({ method: request.method, url: request.url, status: reply.statusCode }, 'request')
    })
    return [
      {
        name: 'schema registry',
        start: async () => {
          await file.load()
          await app.listen({ host: config.host, port: config.port })
        },
        stop: () => app.close(),
      },
    ]
  },
})
