/** As much of a WebSocket as the client uses: those of browsers, of Node and of the package ws have it. */
export interface Socket {
  send(text: string): void
  close(): void
  addEventListener(type: 'open', listener: () => void): void
  addEventListener(type: 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void
}

export type SocketConstructor = new (url: string) => Socket

export interface SocketEvents {
  readonly onOpen: () => void
  readonly onText: (text: string) => void
  readonly onClose: (code: number) => void
}

/** An opened connection, until it is let go of: then it is closed, and nothing more is heard of it. */
export interface Link {
  send(text: string): void
  release(): void
}

export function openLink(Socket: SocketConstructor, url: string, events: SocketEvents): Link {
  const socket = new Socket(url)
  let isHeld = true
  const whileHeld =
    <T extends readonly unknown[]>(act: (...args: T) => void) =>
    (...args: T): void => {
      if (isHeld) act(...args)
    }
  socket.addEventListener('open', whileHeld(events.onOpen))
  socket.addEventListener(
    'message',
    whileHeld(event => events.onText(String(event.data))),
  )
  socket.addEventListener(
    'close',
    whileHeld(event => events.onClose(event.code)),
  )
  // Every error is followed by a close, which says all there is to say; ws throws where nobody listens.
  socket.addEventListener('error', () => undefined)
  return {
    send: text => socket.send(text),
    release() {
      isHeld = false
      socket.close()
    },
  }
}
