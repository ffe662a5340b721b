import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/** Files in here carry a hash of their content in their name. */
const hashedFolder = `${sep}assets${sep}`

const notBuilt = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>citybrain</title>
<h1>The wallboard is not built</h1>
<p>Run <code>npm run wallboard</code> and load this page again. The API itself is up: see <a href="/docs">/docs</a>.</p>
</html>
`

/** Serves the built wallboard at `/`; without one, a page that says what to do. */
export async function wallboardFiles(app: FastifyInstance, root: string): Promise<void> {
  app.get('/', { schema: { hide: true } }, async (_request, reply) => {
    if (existsSync(join(root, 'index.html'))) return reply.sendFile('index.html')
    return reply.code(503).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(notBuilt)
  })
  await app.register(fastifyStatic, {
    root,
    index: false,
    // Built after this process started: the folder may not be there yet.
    suppressWarning: true,
    schemaHide: true,
    cacheControl: false,
    dotfiles: 'ignore',
    setHeaders: (reply, path) => {
      const immutable = path.includes(hashedFolder)
      reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
}
