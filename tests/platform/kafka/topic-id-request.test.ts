import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { decodeAnswer, encodeQuestion, topicIdRequest } from '../../../platform/kafka/topic-id-request.ts'

const hex = (...parts: readonly string[]) => Buffer.from(parts.join('').replaceAll(' ', ''), 'hex')
const noUuid = '00'.repeat(16)

const question = (clusterOperations: string) =>
  hex('00', '03', noUuid, '02 61 00', noUuid, '03 6263 00', '00', clusterOperations, '00', '00')

test('asks for topics by name, for no rights, and creates none', () => {
  expect(encodeQuestion(['a', 'bc'], 12)).toEqual(question(''))
  expect(encodeQuestion(['a', 'bc'], 11)).toEqual(question(''))
})

test('version 10 has one flag more', () => {
  expect(encodeQuestion(['a', 'bc'], 10)).toEqual(question('00'))
})

test('no topics are an empty list, which is not a null one that would ask for all', () => {
  expect(encodeQuestion([], 12)).toEqual(hex('00', '01', '00', '00', '00'))
})

test('the length of a long name takes two bytes', () => {
  const name = 'n'.repeat(200)
  expect(encodeQuestion([name], 12)).toEqual(
    hex('00', '02', noUuid, 'c901', Buffer.from(name).toString('hex'), '00', '00', '00', '00'),
  )
})

/** A tagged field that nobody knows: tag 5, three bytes. */
const unknownTag = '01 05 03 aabbcc'
const uuid = '00112233445566778899aabbccddeeff'

const answer = hex(
  // The rest of the header, then the throttle time.
  '00',
  '00000007',
  // Two brokers: id, host, port, rack.
  '03',
  '00000001 02 68 00002384 00',
  unknownTag,
  '00000002 02 69 00002385 03 7231',
  '00',
  // Cluster id, controller.
  '05 63696431',
  '00000001',
  // Three topics.
  '04',
  '0000 02 61',
  uuid,
  '00',
  // Its two partitions: error, index, leader, epoch, replicas, in sync, offline.
  '03',
  '0000 00000000 00000001 00000003',
  '03 00000001 00000002 02 00000001 01',
  '00',
  '0005 00000001 ffffffff 00000003',
  '01 01 03 00000001 00000002',
  unknownTag,
  '80000000',
  unknownTag,
  // One that does not exist.
  '0003 03 6263',
  noUuid,
  '00 01 80000000 00',
  // One without a name: version 12 may say null.
  '0064 00',
  uuid,
  '00 01 80000000 00',
  '00',
)

test('reads the cluster and its topics, whatever else a broker says', () => {
  expect(decodeAnswer(answer)).toEqual({
    clientSideThrottleTime: 7,
    clusterId: 'cid1',
    topics: [
      { name: 'a', errorCode: 0, id: 'ABEiM0RVZneImaq7zN3u_w' },
      { name: 'bc', errorCode: 3, id: null },
      { name: '', errorCode: 100, id: 'ABEiM0RVZneImaq7zN3u_w' },
    ],
  })
})

test('an answer that ends early is an error wherever it ends', () => {
  // Its last byte says that no tagged fields follow, and is not read.
  for (let length = 0; length < answer.length - 1; length++) {
    expect(() => decodeAnswer(answer.subarray(0, length)), `${length} bytes`).toThrow(RangeError)
  }
})

test('kafkajs puts its header before the question', async () => {
  const createRequestOf = createRequire(import.meta.url)('kafkajs/src/protocol/request.js')
  const { request } = topicIdRequest(['a'], 12)
  const { buffer } = await createRequestOf({ request, correlationId: 9, clientId: 'me' })
  expect(buffer).toEqual(
    hex('00000024', '0003 000c', '00000009', '0002 6d65', encodeQuestion(['a'], 12).toString('hex')),
  )
})
