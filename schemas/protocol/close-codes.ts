/** Why the server closes a stream, and whether connecting again can help. */
export const closeCodes = {
  goingAway: { code: 4000, retry: true, doc: 'The server is stopping' },
  badMessage: { code: 4001, retry: false, doc: 'A message was not JSON of a known type' },
  helloExpected: { code: 4002, retry: false, doc: 'The first message was not a hello, or came too late' },
  protocolUnsupported: { code: 4003, retry: false, doc: 'The protocol version is not spoken here' },
  unauthorized: { code: 4004, retry: false, doc: 'No token, or one that is not valid' },
  tooSlow: { code: 4005, retry: true, doc: 'The client reads more slowly than data comes' },
  silent: { code: 4006, retry: true, doc: 'The client sent nothing for too long' },
  kioskRevoked: { code: 4007, retry: false, doc: 'The kiosk token was revoked' },
  tokenExpired: { code: 4008, retry: false, doc: 'The token has expired; a new one is needed' },
  tooManyMessages: { code: 4009, retry: false, doc: 'The client sends more than is taken and does not stop' },
  failed: { code: 4010, retry: true, doc: 'The server failed; the reason is in its log' },
  idle: { code: 4011, retry: true, doc: 'The client had no subscription for a minute' },
  refusedTooOften: {
    code: 4012,
    retry: true,
    doc: 'Too many tokens from the address of the client were refused; later ones are checked again',
  },
} as const

export type CloseReason = keyof typeof closeCodes
