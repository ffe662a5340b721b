import { getHeapStatistics } from 'node:v8'
import { Type } from 'typebox'
import { setting } from '../../../platform/config.ts'
import { runPart } from '../../../platform/part.ts'

/**
 * A process for the launcher to look after: says what it was told, and does what it is asked over signals.
 * SIGUSR1 makes it crash, SIGUSR2 makes it hang; `DUMMY_STUBBORN` makes it deaf to SIGTERM.
 */
const settings = {
  brokers: setting({ env: 'KAFKA_BROKERS', type: Type.String(), describe: 'brokers' }),
  windows: setting({ env: 'WINDOWS', type: Type.String(), describe: 'windows' }),
  stubborn: setting({ env: 'DUMMY_STUBBORN', type: Type.Boolean(), fallback: false, describe: 'deaf' }),
}

const name = process.argv[2] ?? 'dummy'

await runPart({
  name,
  settings,
  build: ({ config, log }) => {
    process.on('SIGUSR1', () => process.exit(3))
    process.on('SIGUSR2', () => {
      for (;;);
    })
    const heap_mib = Math.round(getHeapStatistics().heap_size_limit / 1024 ** 2)
    log.info({ brokers: config.brokers, windows: config.windows, heap_mib }, 'told')
    process.stderr.write('not a JSON line\n')
    return [
      {
        name: 'dummy',
        start: async () => undefined,
        stop: () => (config.stubborn ? new Promise<void>(() => undefined) : Promise.resolve()),
      },
    ]
  },
})
