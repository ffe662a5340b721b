// Prints the KPIs of a city and every change of them: node docs/examples/follow-a-city.ts [city] [url...]
import { createStreamClient } from '../../api/client/stream-client.ts'

const [city = '370100', ...urls] = process.argv.slice(2)

const client = createStreamClient({
  urls: urls.length > 0 ? urls : ['ws://127.0.0.1:8080/v1/stream'],
  token: () => process.env.CITYBRAIN_TOKEN,
  onState: state => console.error(`the stream is ${state.kind}`),
  onError: ({ code, message }) => console.error(`${code}: ${message}`),
  onCells(changed) {
    for (const { kpi, value, status, coverage, window_end } of changed) {
      const complete = coverage === null ? '' : `, ${Math.round(100 * coverage)} % reported`
      console.log(`${new Date(window_end).toISOString()} ${kpi} = ${value} (${status}${complete})`)
    }
  },
})
client.subscribe('city', { regions: [city], depth: 'self', kpis: ['*'] })
client.start()
process.once('SIGINT', () => client.stop())
