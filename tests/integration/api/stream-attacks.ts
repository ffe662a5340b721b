import { once } from 'node:events'
import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { closeCodes } from '../../../schemas/protocol/close-codes.ts'

/** A sequence of pseudo-random numbers in [0, 1), the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    return (Math.imul(state ^ (state >>> 12), 0x297a2d39) >>> 0) / 2 ** 32
  }
}

const hello = { type: 'hello', protocol: 1 }
const subscribe = { type: 'subscribe', id: 's', regions: ['370100'], depth: 'self', kpis: ['*'] }

/** A message that a greeted client is told what is wrong with, and may go on. */
interface Mistake {
  readonly message: object
  readonly code: string
}

const mistakes: readonly Mistake[] = [
  { message: hello, code: 'already_greeted' },
  { message: { type: 'unsubscribe', id: 'never' }, code: 'unknown_subscription' },
  { message: { type: 'unsubscribe' }, code: 'invalid_message' },
  { message: { type: 'unsubscribe', id: 7 }, code: 'invalid_message' },
  { message: { ...subscribe, regions: ['999999'] }, code: 'unknown_region' },
  { message: { ...subscribe, regions: ['__proto__'] }, code: 'unknown_region' },
  { message: { ...subscribe, regions: [] }, code: 'invalid_message' },
  { message: { ...subscribe, regions: Array(201).fill('370100') }, code: 'invalid_message' },
  { message: { ...subscribe, depth: 'abyss' }, code: 'invalid_message' },
  { message: { ...subscribe, kpis: ['radio.nothing'] }, code: 'unknown_kpi' },
  { message: { ...subscribe, kpis: ['constructor.*'] }, code: 'unknown_kpi' },
  { message: { ...subscribe, kpis: [null] }, code: 'invalid_message' },
  { message: { ...subscribe, id: 'x'.repeat(65) }, code: 'invalid_message' },
  { message: { ...subscribe, id: { toString: 1 } }, code: 'invalid_message' },
  { message: { ...subscribe, fresh: 'yes' }, code: 'invalid_message' },
]

/** What ends a connection, and the code it ends with. */
interface Offence {
  readonly name: string
  /** Said before `text`, if anything. */
  readonly greet: boolean
  readonly text: (random: () => number) => string | Buffer
  readonly code: number
}

const offences: readonly Offence[] = [
  { name: 'noise', greet: true, text: noise, code: closeCodes.badMessage.code },
  { name: 'noise first', greet: false, text: noise, code: closeCodes.badMessage.code },
  { name: 'cut JSON', greet: true, text: cut, code: closeCodes.badMessage.code },
  { name: 'nested', greet: true, text: () => '['.repeat(30_000), code: closeCodes.badMessage.code },
  { name: 'not an object', greet: true, text: () => '[{"type":"ping"}]', code: closeCodes.badMessage.code },
  {
    name: 'unknown type',
    greet: true,
    text: () => '{"type":"__proto__"}',
    code: closeCodes.badMessage.code,
  },
  {
    name: 'binary',
    greet: true,
    text: random => Buffer.from(noise(random)),
    code: closeCodes.badMessage.code,
  },
  {
    name: 'unknown type whose close reason has to be cut',
    greet: true,
    text: random => JSON.stringify({ type: '未知类型'[Math.floor(random() * 4)]?.repeat(45) }),
    code: closeCodes.badMessage.code,
  },
  { name: 'too large', greet: true, text: () => `"${'x'.repeat(64 * 1024)}"`, code: 1009 },
  { name: 'far too large', greet: false, text: () => `"${'x'.repeat(512 * 1024)}"`, code: 1009 },
  {
    name: 'subscribe first',
    greet: false,
    text: () => JSON.stringify(subscribe),
    code: closeCodes.helloExpected.code,
  },
  { name: 'ping first', greet: false, text: () => '{"type":"ping"}', code: closeCodes.helloExpected.code },
  {
    name: 'other protocol',
    greet: false,
    text: () => JSON.stringify({ ...hello, protocol: 2 }),
    code: closeCodes.protocolUnsupported.code,
  },
  {
    name: 'no token',
    greet: false,
    text: random => JSON.stringify({ ...hello, token: noise(random) }),
    code: closeCodes.unauthorized.code,
  },
]

function noise(random: () => number): string {
  const length = 1 + Math.floor(random() * 200)
  // Never JSON: it begins with a closing bracket.
  return `}${Array.from({ length }, () => String.fromCharCode(32 + Math.floor(random() * 90))).join('')}`
}

function cut(random: () => number): string {
  const whole = JSON.stringify(subscribe)
  return whole.slice(0, 1 + Math.floor(random() * (whole.length - 2)))
}

/** One connection that makes mistakes and is told of each; returns what was not answered as it should be. */
export async function makeMistakes(url: string, count: number, random: () => number): Promise<string[]> {
  const socket = new WebSocket(url)
  await once(socket, 'open')
  const codes: string[] = []
  const done = new Promise<void>(resolve => {
    socket.on('close', () => resolve())
    socket.on('message', data => {
      const message = JSON.parse(String(data))
      if (message.type === 'error') codes.push(message.code)
      if (message.type === 'pong') resolve()
    })
  })
  socket.send(JSON.stringify(hello))
  const made = Array.from({ length: count }, () => pick(mistakes, random))
  for (const { message } of made) socket.send(JSON.stringify(message))
  // Answers come in order: after this one nothing more is to be said.
  socket.send('{"type":"ping"}')
  await done
  socket.close()
  return made.flatMap(({ code }, index) =>
    codes[index] === code ? [] : [`${code} was answered with ${codes[index]}`],
  )
}

/** One connection that does what is not forgiven; returns what it was closed with if that is wrong. */
export async function offend(url: string, random: () => number): Promise<string[]> {
  const { name, greet, text, code } = pick(offences, random)
  const socket = new WebSocket(url)
  await once(socket, 'open')
  const closed = once(socket, 'close')
  if (greet) {
    const welcomed = once(socket, 'message')
    socket.send(JSON.stringify(hello))
    await welcomed
  }
  socket.send(text(random))
  const [got] = await closed
  return got === code ? [] : [`${name} was closed with ${got}, not ${code}`]
}

/** Bytes that no WebSocket client sends: broken frames, a frame that never ends, a connection cut at any point. */
export async function breakOff(url: string, random: () => number): Promise<string[]> {
  const { hostname, port, pathname } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  const closed = once(socket, 'close')
  // The server says why before it hangs up (FIN and opcode 8), and waits for the answer for a while.
  socket.on('data', data => {
    if (data.includes(0x88)) socket.end()
  })
  const upgrade =
    `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
  switch (Math.floor(random() * 7)) {
    case 0:
      socket.end(upgrade.slice(0, Math.floor(random() * upgrade.length)))
      break
    case 1:
      // Not masked.
      socket.end(Buffer.concat([Buffer.from(upgrade), Buffer.from([0x81, 0x02, 0x7b, 0x7d])]))
      break
    case 2:
      // Reserved bits and an opcode that does not exist.
      socket.end(Buffer.concat([Buffer.from(upgrade), Buffer.from([0xff, 0x80, 1, 2, 3, 4])]))
      break
    case 3:
      // A message in frames without content that never ends.
      socket.write(upgrade)
      socket.write(Buffer.concat([Buffer.from([0x01, 0x80, 0, 0, 0, 0]), ...empty(0x00, 2_000)]))
      break
    case 4:
      // Pings without end.
      socket.write(upgrade)
      socket.write(Buffer.concat(empty(0x89, 2_000)))
      break
    case 5:
      // Half of a message, then no more.
      socket.end(Buffer.concat([Buffer.from(upgrade), Buffer.from([0x81, 0xa0, 1, 2, 3, 4, 9, 9])]))
      break
    default:
      // Not UTF-8.
      socket.end(Buffer.concat([Buffer.from(upgrade), Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28])]))
  }
  await closed
  return []
}

/** So many masked frames without content. @param opcode with FIN where it is set */
function empty(opcode: number, count: number): Buffer[] {
  return Array<Buffer>(count).fill(Buffer.from([opcode, 0x80, 0, 0, 0, 0]))
}

function pick<T>(list: readonly T[], random: () => number): T {
  const item = list[Math.floor(random() * list.length)]
  if (item === undefined) throw new RangeError('nothing to pick from')
  return item
}
