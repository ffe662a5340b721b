import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { vi } from 'vitest'
import { brokerJars } from '../../../deploy/local/kafka/broker-jars.ts'
import { formatStorage } from '../../../deploy/local/kafka/format-storage.ts'
import { requireJava } from '../../../deploy/local/kafka/java.ts'
import { serverProperties } from '../../../deploy/local/kafka/server-properties.ts'
import { defaultCacheDir } from '../../../deploy/local/stores.ts'
import { kafkaNotReady } from '../../../deploy/local/supervise/probes.ts'

const run = promisify(execFile)
const host = '127.0.0.1'

/** A broker that lets nobody in as they are: by certificate at one address, by SASL over TLS at another. */
export interface SecuredBroker {
  readonly mtls: string
  readonly sasl: string
  /** PEM files. */
  readonly files: { readonly ca: string; readonly cert: string; readonly key: string }
  stop(): Promise<void>
}

/** @param password of the user li, for PLAIN */
export async function startSecuredBroker(password: string): Promise<SecuredBroker> {
  const home = await mkdtemp(join(tmpdir(), 'citybrain-secured-'))
  const files = await certificates(home)
  const [plain = 0, controllerPort = 0, mtls = 0, sasl = 0] = await Promise.all([1, 2, 3, 4].map(freePort))
  const node = { id: 1, port: plain, controllerPort }
  const properties = (logDir: string) =>
    serverProperties({ host, node, nodes: [node], logDir }) +
    [
      `listeners=PLAINTEXT://${host}:${plain},CONTROLLER://${host}:${controllerPort},MTLS://${host}:${mtls},SASL://${host}:${sasl}`,
      'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,MTLS:SSL,SASL:SASL_SSL',
      'inter.broker.listener.name=PLAINTEXT',
      'ssl.keystore.type=PEM',
      `ssl.keystore.location=${files.server}`,
      'ssl.truststore.type=PEM',
      `ssl.truststore.location=${files.ca}`,
      'listener.name.mtls.ssl.client.auth=required',
      'listener.name.sasl.sasl.enabled.mechanisms=PLAIN,OAUTHBEARER',
      `listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_li="${password}";`,
      // Kafka's own check of tokens without a signature: who they are for and how long they hold.
      'listener.name.sasl.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";',
      '',
    ].join('\n')
  const java = await requireJava(process.env)
  const jars = await brokerJars({ cacheDir: defaultCacheDir, env: process.env, progress: () => undefined })
  const log4j = join(import.meta.dirname, '../../../deploy/local/kafka/log4j2.xml')
  const jvm = [
    '-Xmx256m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    `-Dlog4j2.configurationFile=${log4j}`,
  ]
  const command = [...jvm, '-Dcitybrain.log.level=off', '-cp', join(jars, '*')]
  const logDir = join(home, 'log')
  await formatStorage(logDir, [java, ...command], properties)
  const config = join(home, 'server.properties')
  await writeFile(config, properties(logDir))
  const child = spawn(java, [...command, 'kafka.Kafka', config], { stdio: ['ignore', 'ignore', 'inherit'] })
  process.once('exit', () => child.kill('SIGKILL'))
  const stop = async () => {
    await ended(child)
    await rm(home, { recursive: true, force: true })
  }
  try {
    await vi.waitFor(
      async () => {
        const reason = await kafkaNotReady([`${host}:${plain}`])
        if (reason !== null) throw new Error(reason)
      },
      { timeout: 150_000, interval: 500 },
    )
  } catch (error) {
    await stop()
    throw error
  }
  return { mtls: `${host}:${mtls}`, sasl: `${host}:${sasl}`, files, stop }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

/** An authority, a broker and a client that it vouches for. */
async function certificates(home: string) {
  const path = (name: string) => join(home, name)
  const openssl = (...args: string[]) => run('openssl', args, { cwd: home })
  const days = ['-days', '2']
  const fresh = ['-newkey', 'rsa:2048', '-nodes']
  const authority = ['-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=citybrain test authority']
  await openssl('req', '-x509', ...fresh, ...authority, ...days)
  await writeFile(path('ip.ext'), 'subjectAltName=IP:127.0.0.1\n')
  for (const name of ['broker', 'client']) {
    await openssl('req', ...fresh, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
    const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'ip.ext', ...days]
    await openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...signing)
  }
  // What Kafka takes for a key store: the key, then its certificate.
  const store = await Promise.all(['broker.key', 'broker.pem'].map(name => readFile(path(name), 'utf8')))
  await writeFile(path('server.pem'), store.join(''))
  return { ca: path('ca.pem'), cert: path('client.pem'), key: path('client.key'), server: path('server.pem') }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
