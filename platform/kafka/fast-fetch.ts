import { createRequire } from 'node:module'
import { fetchedBatch } from './fetched-batch.ts'
import { recordSetDecoder } from './record-set-decoder.ts'

const require = createRequire(import.meta.url)

/** The version whose inside this was written for and tested against. */
const knownVersion = '2.2.4'

const paths = {
  recordSet: 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js',
  batch: 'kafkajs/src/consumer/batch.js',
} as const

/** Whether it was installed, and if not why. */
export type FastFetch = 'installed' | 'unknown version' | 'too late'

/**
 * Makes kafkajs decode what it fetches without objects and text for each record, which is most of the CPU time of a
 * consumer, in every codec, and without an exception for what cannot be decoded. Must be called before kafkajs is loaded, whose modules hold on to what they
 * required; with another version than the known one, or too late, it changes nothing.
 */
export function installFastFetch(): FastFetch {
  const { version }: { readonly version: string } = require('kafkajs/package.json')
  if (version !== knownVersion) return 'unknown version'
  if (require.cache[require.resolve('kafkajs')] !== undefined) return 'too late'
  replace(
    paths.recordSet,
    recordSetDecoder({
      Decoder: require('kafkajs/src/protocol/decoder.js'),
      decodeRecord: require('kafkajs/src/protocol/recordBatch/record/v0/decoder.js'),
    }),
  )
  replace(paths.batch, fetchedBatch(require(paths.batch)))
  return 'installed'
}

function replace(path: string, exports: unknown): void {
  require(path)
  const loaded = require.cache[require.resolve(path)]
  if (!loaded) throw new Error(`${path} is not loaded`)
  loaded.exports = exports
}
