/**
 * One measurement in a process of its own: `stage.ts NAME READINGS`. Prints {"cpuSeconds", "readings", …} as JSON.
 * Only what is measured is loaded: our Kafka client changes how kafkajs decodes, and the baseline must not have that.
 */
const [name = '', count = '0'] = process.argv.slice(2)

const stages: Record<string, () => Promise<(readings: number) => Promise<object>>> = {
  baseline: async () => (await import('./baseline.ts')).baseline,
  stage: async () => (await import('./stages.ts')).stage,
  decode: async () => (await import('./stages.ts')).decode,
  aggregator: async () => (await import('./stages.ts')).aggregator,
}
const load = stages[name]
if (!load) throw new Error(`no such stage: ${name}; choose from ${Object.keys(stages).join(', ')}`)
const run = await load()
process.stdout.write(`${JSON.stringify(await run(Number(count)))}\n`)
process.exit(0)
