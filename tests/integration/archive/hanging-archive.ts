import { rackArchive } from './rack-archive.ts'

/** An archive that is acknowledged by ClickHouse and then hangs before it commits; to be killed there. */
const [kafkaBrokers = '', clickhouseUrl = '', registryUrl = '', topic = '', database = ''] =
  process.argv.slice(2)
const archive = rackArchive({ kafkaBrokers, clickhouseUrl, registryUrl }, topic, database, {
  wrap: sink => ({
    async write(messages, signal, round) {
      await sink.write(messages, signal, round)
      process.stdout.write('inserted\n')
      await new Promise(() => undefined)
    },
  }),
})
await archive.start()
setInterval(() => undefined, 60_000)
