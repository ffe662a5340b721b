import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface Listening {
  readonly part: string
  readonly port: number
  readonly loopback: boolean
}

/** /proc/net/tcp and tcp6, see proc_net_tcp(5): the state LISTEN. */
const listen = '0A'
const loopbacks = ['0100007F', `${'0'.repeat(24)}01000000`, `${'0'.repeat(16)}FFFF00000100007F`]

/** Every socket that these processes listen on, by port; Linux only. */
export function listeningOf(processes: Readonly<Record<string, number>>): readonly Listening[] {
  const partOf = new Map<string, string>()
  for (const [part, pid] of Object.entries(processes)) {
    for (const inode of socketsOf(pid)) partOf.set(inode, part)
  }
  const rows = ['tcp', 'tcp6'].flatMap(table =>
    readFileSync(`/proc/net/${table}`, 'utf8').trim().split('\n').slice(1),
  )
  return rows
    .flatMap(row => {
      const [, local = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/)
      const part = partOf.get(inode)
      if (state !== listen || part === undefined) return []
      const [address = '', port = ''] = local.split(':')
      return [{ part, port: Number.parseInt(port, 16), loopback: loopbacks.includes(address) }]
    })
    .toSorted((a, b) => a.port - b.port)
}

function socketsOf(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap(fd => {
    const socket = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1]
    return socket === undefined ? [] : [socket]
  })
}

/** Empty for a file that was closed in between. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
