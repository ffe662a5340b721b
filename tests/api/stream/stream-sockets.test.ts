import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { closeCodes } from '../../../schemas/protocol/close-codes.ts'
import { type House, openHouse } from '../doors/house.ts'

/** The stream over real sockets: what no client that means well sends, and who keeps a place for nothing. */

let house: House
const hello = '{"type":"hello","protocol":1}'

beforeAll(async () => {
  house = await openHouse('loopback')
})
afterAll(() => house.close())

async function open(): Promise<WebSocket> {
  const socket = new WebSocket(house.streamUrl)
  await once(socket, 'open')
  return socket
}

async function greeted(): Promise<WebSocket> {
  const socket = await open()
  const welcome = once(socket, 'message')
  socket.send(hello)
  await welcome
  return socket
}

async function closing(socket: WebSocket): Promise<{ code: number; reason: string }> {
  const [code, reason] = await once(socket, 'close')
  return { code, reason: String(reason) }
}

test('a message of an unknown type in 45 Chinese characters closes the stream like any other', async () => {
  const socket = await greeted()
  const closed = closing(socket)
  socket.send(JSON.stringify({ type: '未'.repeat(45) }))
  const { code, reason } = await closed
  expect(code).toBe(closeCodes.badMessage.code)
  expect(reason).toMatch(/^no such type: "未+…$/)
})

test('a message in very many frames is refused', async () => {
  const socket = await greeted()
  const closed = closing(socket)
  for (let n = 0; n < 1_000; n++) socket.send('', { fin: false })
  // 1008 is what ws says of too many fragments.
  expect((await closed).code).toBe(1008)
})

test('a message in a few frames is read', async () => {
  const socket = await greeted()
  const answer = once(socket, 'message')
  socket.send('{"type":', { fin: false })
  socket.send('"ping"}', { fin: true })
  expect(JSON.parse(String((await answer)[0]))).toEqual({ type: 'pong' })
  socket.terminate()
})

test.each(['ping', 'pong'] as const)(
  '%s frames without end are taken for messages without end',
  async kind => {
    const socket = await greeted()
    const closed = closing(socket)
    for (let n = 0; n < 1_000; n++) socket[kind]()
    expect((await closed).code).toBe(closeCodes.tooManyMessages.code)
  },
)

test('a ping is answered with what it says', async () => {
  const socket = await open()
  const pong = once(socket, 'pong')
  socket.ping('still there?')
  expect(String((await pong)[0])).toBe('still there?')
  socket.terminate()
})

test('whoever never says hello is closed, also when they answer probes', async () => {
  const socket = await open()
  const closed = closing(socket)
  house.wall.advance(9_000)
  const pong = once(socket, 'pong')
  socket.pong()
  socket.ping()
  await pong
  house.wall.advance(2_000)
  expect((await closed).code).toBe(closeCodes.helloExpected.code)
})

test('whoever asks for nothing gives their place to others', async () => {
  const [idle, asked, ended] = await Promise.all([greeted(), greeted(), greeted()])
  const subscribe = { type: 'subscribe', id: 'a', regions: ['370100'], depth: 'self', kpis: ['*'] }
  for (const socket of [asked, ended]) {
    const snapshot = once(socket, 'message')
    socket.send(JSON.stringify(subscribe))
    await snapshot
  }
  ended.send('{"type":"unsubscribe","id":"a"}')
  const closed = Promise.all([closing(idle), closing(ended)])
  // Each is heard of all the time.
  const heard = async (socket: WebSocket) => {
    const pong = once(socket, 'message')
    socket.send('{"type":"ping"}')
    await pong
  }
  for (let n = 0; n < 4; n++) {
    await Promise.all([idle, asked, ended].filter(({ readyState }) => readyState === 1).map(heard))
    house.wall.advance(20_000)
  }
  expect((await closed).map(({ code }) => code)).toEqual([closeCodes.idle.code, closeCodes.idle.code])
  await heard(asked)
  asked.terminate()
})

test('a refused upgrade leaves no connection behind, though its sender hangs on', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  try {
    const { hostname, port } = new URL(house.streamUrl)
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    socket.write(
      `GET /v1/elsewhere HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 404 /)
    await vi.advanceTimersByTimeAsync(6_000)
    // It is cut from the other side: this one never ends it.
    const gone = new Promise(resolve => socket.once('close', resolve))
    socket.on('error', () => undefined)
    const writing = setInterval(() => socket.write('x'), 20)
    await gone
    clearInterval(writing)
  } finally {
    vi.useRealTimers()
  }
})
