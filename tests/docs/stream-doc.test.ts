import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { maxMessageBytes } from '../../api/asyncapi/client-messages.ts'
import { apiSettings } from '../../api/settings.ts'
import { streamLimits } from '../../api/stream/stream-limits.ts'
import { closeCodes } from '../../schemas/protocol/close-codes.ts'
import { freshReasons } from '../../schemas/protocol/stream.ts'

const text = readFileSync(join(import.meta.dirname, '../../docs/stream.md'), 'utf8')
const lines = text.split('\n')

test('the close codes are those of the protocol', () => {
  const rows = Object.entries(closeCodes).map(
    ([name, { code, retry, doc }]) => `| ${code} | \`${name}\` | ${retry ? 'yes' : 'no'} | ${doc} |`,
  )
  expect(lines.filter(line => /^\| 4\d\d\d /.test(line))).toEqual(rows)
})

test('every reason for a fresh snapshot is explained', () => {
  const named = lines.flatMap(line => /^\| `(\w+)` \|/.exec(line)?.[1] ?? [])
  expect(named).toEqual(freshReasons)
})

test('the limits are those that hold', () => {
  const limits = streamLimits({ heartbeatMs: 1, maxBufferedBytes: 1, conflateAboveBytes: 1 })
  const number = (value = 0) => value.toLocaleString('en-GB')
  for (const row of [
    `| subscriptions of a client | ${limits.maxSubscriptions} |`,
    `| length of a message to the server | ${maxMessageBytes / 1024} KiB |`,
    `| messages to the server | ${limits.messages.perSecond} a second, ${limits.messages.burst} at once |`,
    `| unread bytes | \`STREAM_CONFLATE_ABOVE_BYTES\`, ${(apiSettings.conflateAboveBytes.fallback ?? 0) / 1024} KiB |`,
    `| clients of an instance | \`STREAM_MAX_CLIENTS\`, ${number(apiSettings.maxClients.fallback)} |`,
    `| clients of one address | \`STREAM_MAX_CLIENTS_PER_ADDRESS\`, ${number(apiSettings.maxClientsPerAddress.fallback)} |`,
  ]) {
    expect(text).toContain(row)
  }
  expect(text).toContain(`stays behind for ${limits.maxBehindMs / 1000} s`)
  expect(text).toContain(`did not catch up within ${limits.aheadMs / 1000} s`)
  expect(text).toContain(`\`hello\` comes first and within ${limits.helloMs / 1000} s`)
})
