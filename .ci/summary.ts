import { readFileSync } from 'node:fs'

/** Prints the counts of the runner's result file as one plain line. A file of tests that did not even load has failed. */
const results: {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  testResults: readonly { status: string; assertionResults: readonly unknown[] }[]
} = JSON.parse(readFileSync('.test-results.json', 'utf8'))
const unloaded = results.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
).length
const failed = results.numFailedTests + unloaded
process.stdout.write(
  `${results.numPassedTests} passed, ${failed} failed, ${results.numPendingTests} skipped\n`,
)
